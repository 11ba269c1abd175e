/** Slack's native streaming, and what shows that the bot is at work. Nothing here throws a client's error object. */

import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../core/clock.ts';
import { describeError } from '../../core/log.ts';
import { createLaneWindow } from '../../core/reply/lane-window.ts';
import { PostUncertainError } from './api.ts';
import { isUncertain, slackErrorCode, translateError } from './errors.ts';
import { STREAM_TURNS } from './lanes.ts';
import type { RenderedPage } from './page-blocks.ts';

/** A direct conversation's thread. */
export interface StreamThread {
  readonly channel: string;
  readonly threadTs: string;
}

export interface StreamEnd {
  readonly text: string;
  readonly blocks: RenderedPage['blocks'];
  /** Nothing more comes: the session is no longer at work. */
  readonly endsSession: boolean;
}

/** All of these throw StreamRefusedError, PostUncertainError when it may have worked, or RateLimitedError. */
export interface StreamApi {
  /** False when Slack has refused it once: the app is no agent. */
  readonly available: boolean;
  /** Whether a stream may be started right now: 20 a minute. */
  mayStart(): boolean;
  /** Resolves with the new message's ts. */
  start(thread: StreamThread, text: string): Promise<string>;
  append(channel: string, ts: string, text: string): Promise<void>;
  /** Adds the last text and the blocks below it; ends the work with it. Waits for its turn: 20 a minute. */
  stop(channel: string, ts: string, last?: StreamEnd): Promise<void>;
  /** A line such as "llama is thinking…"; an empty one takes it away. */
  setStatus(thread: StreamThread, status: string): Promise<void>;
  /** At work: with a Stop button. */
  setWorking(thread: StreamThread, working: boolean): Promise<void>;
  /** The message of a stream whose start was never answered: ours, newer than `since` (ms), with a beginning of this text. */
  find(
    thread: StreamThread,
    lost: { since: number; text: string; known: readonly string[] },
  ): Promise<string | undefined>;
}

/** Slack says no; `code` is its word for why, like `stopped_by_user`. */
export class StreamRefusedError extends Error {
  override readonly name = 'StreamRefusedError';
  readonly code: string;

  constructor(what: string, code: string) {
    super(`${what}: ${code}`);
    this.code = code;
  }
}

/** What says nothing about the app: Slack's own trouble, and that of one conversation. */
const PASSING = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'channel_not_found',
  'thread_not_found',
  'message_not_found',
  'is_archived',
]);

/** Shown behind the bot's name where the line itself is not. */
const STATUS = 'is thinking…';
const LONGEST_WAIT_MS = 1000;

export function createStreamApi(client: WebClient, clock: Clock): StreamApi {
  const starts = createLaneWindow(() => ({ key: 'start', ...STREAM_TURNS }));
  const stops = createLaneWindow(() => ({ key: 'stop', ...STREAM_TURNS }));
  let available = true;

  async function call<T>(what: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      const code = slackErrorCode(error);
      if (code !== undefined) throw new StreamRefusedError(what, code);
      if (isUncertain(error)) throw new PostUncertainError(`${what}: ${describeError(error)}`);
      throw translateError(error, what);
    }
  }

  /** One of 20 a minute, for as long as the request counts at Slack. */
  async function inTurn<T>(turns: typeof starts, request: () => Promise<T>): Promise<T> {
    for (;;) {
      const waitMs = turns.freeAt(clock.now(), STREAM_TURNS.slots) - clock.now();
      if (waitMs <= 0) break;
      await clock.sleep(Math.min(waitMs, LONGEST_WAIT_MS));
    }
    const release = turns.take(clock.now());
    try {
      return await request();
    } finally {
      release(clock.now());
    }
  }

  return {
    get available() {
      return available;
    },
    mayStart: () => starts.inUse(clock.now()) < STREAM_TURNS.slots,
    start: ({ channel, threadTs }, text) =>
      inTurn(starts, () =>
        call('chat.startStream', async () => {
          const { ts } = await client.chat.startStream({ channel, thread_ts: threadTs, markdown_text: text });
          if (ts === undefined) throw new Error('Slack gave no ts');
          return ts;
        }),
      ),
    append: (channel, ts, text) =>
      call('chat.appendStream', async () => {
        await client.chat.appendStream({ channel, ts, markdown_text: text });
      }),
    stop: (channel, ts, last) =>
      inTurn(stops, () =>
        call('chat.stopStream', async () => {
          await client.chat.stopStream({
            channel,
            ts,
            ...(last?.text && { markdown_text: last.text }),
            ...(last?.blocks.length && { blocks: last.blocks }),
            ...(last?.endsSession && { session_status: 'active' }),
          });
        }),
      ),
    setStatus: ({ channel, threadTs }, status) =>
      call('assistant.threads.setStatus', async () => {
        await client.assistant.threads.setStatus({
          channel_id: channel,
          thread_ts: threadTs,
          status: status && STATUS,
          ...(status && { loading_messages: [status] }),
        });
      }),
    async setWorking({ channel, threadTs }, working) {
      const status = working ? 'processing' : 'active';
      try {
        await call('agents.sessions.setStatus', () =>
          client.agents.sessions.setStatus({ channel_id: channel, thread_ts: threadTs, status }),
        );
      } catch (error) {
        if (error instanceof StreamRefusedError && !PASSING.has(error.code)) available = false;
        throw error;
      }
    },
    find: ({ channel, threadTs }, { since, text, known }) =>
      call('looking for a stream', async () => {
        const oldest = String(Math.floor(since / 1000) - 60);
        const { messages = [] } = await client.conversations.replies({
          channel,
          ts: threadTs,
          oldest,
          limit: 100,
          include_all_metadata: true,
        });
        const wanted = lettersOf(text);
        const found = messages.find((message) => {
          const letters = lettersOf(message.text ?? '');
          const ours = message.bot_id !== undefined && !message.metadata?.event_type;
          return ours && letters !== '' && wanted.startsWith(letters) && !known.includes(message.ts ?? '');
        });
        return found?.ts;
      }),
  };
}

/** What markdown and Slack's own notation of it have in common. */
function lettersOf(text: string): string {
  return text.replace(/&(?:lt|gt|amp);|[^\p{L}\p{N}]/gu, '');
}
