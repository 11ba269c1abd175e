/** Slack's native streaming. Nothing here throws a client's error object. */

import type { WebClient } from '@slack/web-api';
import type { ConversationReads } from './conversation-reads.ts';
import type { SlackLanes } from './lanes.ts';
import type { RenderedPage } from './page-blocks.ts';
import { callStreaming } from './stream-errors.ts';

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
  /** Resolves with the new message's ts; with undefined when no start is free: 20 a minute. */
  start(thread: StreamThread, text: string): Promise<string | undefined>;
  append(channel: string, ts: string, text: string): Promise<void>;
  /** Adds the last text and the blocks below it; ends the work with it. Waits for its turn, finals first: 20 a minute. */
  stop(channel: string, ts: string, final: boolean, last?: StreamEnd): Promise<void>;
  /** The same, unless it would have to wait: then it resolves with false, and nothing was sent. */
  stopNow(channel: string, ts: string, last: StreamEnd): Promise<boolean>;
  /**
   * The message of a stream whose start was never answered: ours, newer than `since` (ms), with a beginning of this page's
   * text.
   */
  find(
    thread: StreamThread,
    lost: { since: number; text: string; known: readonly string[] },
  ): Promise<string | undefined>;
}

export function createStreamApi(client: WebClient, reads: ConversationReads, lanes: SlackLanes): StreamApi {
  const starts = lanes.turns('chat.startStream');
  const stops = lanes.turns('chat.stopStream');

  const stop = (channel: string, ts: string, last?: StreamEnd) =>
    callStreaming('chat.stopStream', async () => {
      await client.chat.stopStream({
        channel,
        ts,
        ...(last?.text && { markdown_text: last.text }),
        ...(last?.blocks.length && { blocks: last.blocks }),
        ...(last?.endsSession && { session_status: 'active' }),
      });
    });

  return {
    async start({ channel, threadTs }, text) {
      const started = await starts.takeNow(() =>
        callStreaming('chat.startStream', async () => {
          const { ts } = await client.chat.startStream({ channel, thread_ts: threadTs, markdown_text: text });
          if (ts === undefined) throw new Error('Slack gave no ts');
          return ts;
        }),
      );
      return started?.result;
    },
    append: (channel, ts, text) =>
      callStreaming('chat.appendStream', async () => {
        await client.chat.appendStream({ channel, ts, markdown_text: text });
      }),
    stop: (channel, ts, final, last) => stops.take(() => stop(channel, ts, last), final),
    stopNow: async (channel, ts, last) => (await stops.takeNow(() => stop(channel, ts, last))) !== undefined,
    find: ({ channel, threadTs }, { since, text, known }) =>
      callStreaming('looking for a stream', async () => {
        const oldest = String(Math.floor(since / 1000) - 60);
        const messages = await reads.messages({ channel, threadTs, oldest, limit: 100 });
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
