/** The rate limits that requests to Slack draw from, each with the key of those who share it (Slack, "Rate limits"). */

import type { Lane } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { SharedSlots } from '../../core/reply/shared-slots.ts';
import { createTurns, type Turns } from '../../core/reply/turns.ts';

export interface SlackLanes {
  /** chat.postMessage and posts to a response_url: about one a second in each channel. */
  post(channel: string): Lane;
  /** chat.update is Tier 3: 50 a minute in the whole workspace. */
  update(): Lane;
  /** chat.postEphemeral is Tier 4: 100 a minute in the workspace. */
  whisper(): Lane;
  /** chat.appendStream is Tier 4; a stream's end draws from this lane too. */
  stream(): Lane;
  /** files.getUploadURLExternal and files.completeUploadExternal are Tier 4. */
  files(): Lane;
  /**
   * What says that the bot is at work, and the beginnings of streams. assistant.threads.setStatus has a special limit, of
   * 600 a minute in each channel (reported); since a direct conversation is one person's, nobody's text waits here for
   * another's status, nor one process for another. What Slack counts in the whole workspace is counted by turns.
   */
  work(channel: string): Lane;
  /**
   * In the workspace, each: chat.startStream and chat.stopStream are Tier 2, 20 a minute; agents.sessions.setStatus
   * (reported), conversations.replies and conversations.history Tier 3, 50 a minute. What the special limit of
   * assistant.threads.setStatus is there, Slack does not say: Tier 4 is what we keep to.
   */
  turns(method: CountedMethod): Turns;
}

export type CountedMethod = keyof typeof TURNS;

const MINUTE_MS = 60_000;
const TIER_3 = 50;
const TIER_4 = 100;

const TURNS = {
  'chat.startStream': 20,
  'chat.stopStream': 20,
  'agents.sessions.setStatus': TIER_3,
  'conversations.replies': TIER_3,
  'conversations.history': TIER_3,
  'assistant.threads.setStatus': TIER_4,
} as const;

/** `bot`: whom Slack counts requests for, an app in a workspace; empty before we know who we are. */
export function createSlackLanes(options: {
  readonly bot: () => string;
  readonly clock: Clock;
  readonly slots?: SharedSlots | undefined;
}): SlackLanes {
  const { bot, clock, slots: sharedSlots } = options;

  function lane(what: string, slots: number, windowMs: number): Lane {
    return { key: `slack:${bot()}:${what}`, slots, windowMs, shared: bot() !== '' };
  }

  return {
    post: (channel) => lane(`post:${channel}`, 1, 1000),
    update: () => lane('update', TIER_3, MINUTE_MS),
    whisper: () => lane('whisper', TIER_4, MINUTE_MS),
    stream: () => lane('stream', TIER_4, MINUTE_MS),
    files: () => lane('files', TIER_4, MINUTE_MS),
    work: (channel) => ({ key: `slack:work:${channel}`, slots: 600, windowMs: MINUTE_MS }),
    turns: (method) =>
      createTurns({ lane: () => lane(method, TURNS[method], MINUTE_MS), clock, slots: sharedSlots }),
  };
}
