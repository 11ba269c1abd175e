/** What shows in a thread that the bot is at work: a status line, and the agent's session with its Stop button. */

import type { WebClient } from '@slack/web-api';
import type { SlackLanes } from './lanes.ts';
import type { StreamThread } from './stream-api.ts';
import { callStreaming, StreamRefusedError } from './stream-errors.ts';
import { shorten } from './text.ts';

/**
 * The calls throw StreamRefusedError, PostUncertainError when it may have worked, or RateLimitedError. Neither sign is worth
 * waiting for: where no turn is free they resolve with false, and nothing was sent.
 */
export interface WorkApi {
  /** False when Slack has refused it once: the app is no agent. */
  readonly available: boolean;
  /** Whether a session can be shown at work right now, as far as is known here. */
  mayBegin(): boolean;
  /** A line such as "llama is thinking…"; an empty one takes it away. `first`: nothing else is there yet that says so. */
  setStatus(thread: StreamThread, status: string, first: boolean): Promise<boolean>;
  /** At work: with a Stop button. */
  begin(thread: StreamThread): Promise<boolean>;
  /** At work no longer. Waits for its turn. */
  end(thread: StreamThread): Promise<void>;
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
/** Slack takes no longer loading message (reported). */
const LONGEST_LINE = 50;
/** Of the turns, kept for the ends of sessions, and for the first statuses of replies. */
const KEPT_FOR_ENDS = 10;
const KEPT_FOR_FIRST = 50;

export function createWorkApi(client: WebClient, lanes: SlackLanes): WorkApi {
  const sessions = lanes.turns('agents.sessions.setStatus');
  const statuses = lanes.turns('assistant.threads.setStatus');
  let available = true;

  async function setSession({ channel, threadTs }: StreamThread, status: 'processing' | 'active') {
    const where = { channel_id: channel, thread_ts: threadTs };
    try {
      await callStreaming('agents.sessions.setStatus', () =>
        client.agents.sessions.setStatus({ ...where, status }),
      );
    } catch (error) {
      if (error instanceof StreamRefusedError && !PASSING.has(error.code)) available = false;
      throw error;
    }
  }

  return {
    get available() {
      return available;
    },
    mayBegin: () => sessions.free > KEPT_FOR_ENDS,
    async setStatus({ channel, threadTs }, status, first) {
      const set = () =>
        callStreaming('assistant.threads.setStatus', () =>
          client.assistant.threads.setStatus({
            channel_id: channel,
            thread_ts: threadTs,
            status: status && STATUS,
            ...(status && { loading_messages: [shorten(status, LONGEST_LINE)] }),
          }),
        );
      return (await statuses.takeNow(set, first ? 0 : KEPT_FOR_FIRST)) !== undefined;
    },
    begin: async (thread) =>
      (await sessions.takeNow(() => setSession(thread, 'processing'), KEPT_FOR_ENDS)) !== undefined,
    end: (thread) => sessions.take(() => setSession(thread, 'active')),
  };
}
