/** What shows in a thread that the bot is at work: a status line, and the agent's session with its Stop button. */

import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../core/clock.ts';
import { createTurns } from '../../core/reply/turns.ts';
import { SESSION_TURNS, STATUS_TURNS } from './lanes.ts';
import type { StreamThread } from './stream-api.ts';
import { callStreaming, StreamRefusedError } from './stream-errors.ts';
import { shorten } from './text.ts';

/**
 * The calls throw StreamRefusedError, PostUncertainError when it may have worked, or RateLimitedError. Neither sign is worth
 * waiting for: ask first whether there is a turn.
 */
export interface WorkApi {
  /** False when Slack has refused it once: the app is no agent. */
  readonly available: boolean;
  /** Whether a session can be shown at work right now. */
  mayBegin(): boolean;
  /** Whether a status can be shown right now; `first`: nothing else is there yet that says so. */
  mayTell(first: boolean): boolean;
  /** A line such as "llama is thinking…"; an empty one takes it away. Waits for its turn. */
  setStatus(thread: StreamThread, status: string): Promise<void>;
  /** At work: with a Stop button. Waits for its turn. */
  setWorking(thread: StreamThread, working: boolean): Promise<void>;
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

export function createWorkApi(client: WebClient, clock: Clock): WorkApi {
  const sessions = createTurns(SESSION_TURNS, clock);
  const statuses = createTurns(STATUS_TURNS, clock);
  let available = true;

  return {
    get available() {
      return available;
    },
    mayBegin: () => sessions.free > KEPT_FOR_ENDS,
    mayTell: (first) => statuses.free > (first ? 0 : KEPT_FOR_FIRST),
    setStatus: ({ channel, threadTs }, status) =>
      statuses.take(() =>
        callStreaming('assistant.threads.setStatus', async () => {
          await client.assistant.threads.setStatus({
            channel_id: channel,
            thread_ts: threadTs,
            status: status && STATUS,
            ...(status && { loading_messages: [shorten(status, LONGEST_LINE)] }),
          });
        }),
      ),
    async setWorking({ channel, threadTs }, working) {
      const status = working ? 'processing' : 'active';
      const where = { channel_id: channel, thread_ts: threadTs };
      try {
        await sessions.take(() =>
          callStreaming('agents.sessions.setStatus', () =>
            client.agents.sessions.setStatus({ ...where, status }),
          ),
        );
      } catch (error) {
        if (error instanceof StreamRefusedError && !PASSING.has(error.code)) available = false;
        throw error;
      }
    },
  };
}
