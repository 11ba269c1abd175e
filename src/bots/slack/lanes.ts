/** The rate limits that replies on Slack draw from, each with the key of those who share it (Slack, "Rate limits"). */

import type { Lane } from '../../core/chat.ts';

const MINUTE_MS = 60_000;

/** chat.postMessage and posts to a response_url: about one a second in each channel. */
export const postLane = (channel: string): Lane => ({
  key: `slack:post:${channel}`,
  slots: 1,
  windowMs: 1000,
});

/** chat.update is Tier 3: 50 a minute in the whole workspace. */
export const updateLane = (team: string): Lane => ({
  key: `slack:update:${team}`,
  slots: 50,
  windowMs: MINUTE_MS,
});

/** chat.postEphemeral is Tier 4: 100 a minute in the workspace. */
export const whisperLane = (team: string): Lane => ({
  key: `slack:whisper:${team}`,
  slots: 100,
  windowMs: MINUTE_MS,
});

/** chat.appendStream is Tier 4; a stream's end draws from this lane too. */
export const streamLane = (team: string): Lane => ({
  key: `slack:stream:${team}`,
  slots: 100,
  windowMs: MINUTE_MS,
});

/** files.getUploadURLExternal and files.completeUploadExternal are Tier 4. */
export const fileLane = (team: string): Lane => ({
  key: `slack:files:${team}`,
  slots: 100,
  windowMs: MINUTE_MS,
});

/**
 * What says that the bot is at work, and the beginnings of streams. assistant.threads.setStatus has a special limit, of 600
 * a minute in each channel (reported); since a direct conversation is one person's, nobody's text waits here for another's
 * status. What Slack counts in the whole workspace is counted by turns.
 */
export const workLane = (channel: string): Lane => ({
  key: `slack:work:${channel}`,
  slots: 600,
  windowMs: MINUTE_MS,
});

/** chat.startStream and chat.stopStream, each: Tier 2, 20 a minute in the workspace. */
export const STREAM_TURNS = { slots: 20, windowMs: MINUTE_MS } as const;

/** agents.sessions.setStatus: Tier 3 (reported), 50 a minute in the workspace. */
export const SESSION_TURNS = { slots: 50, windowMs: MINUTE_MS } as const;

/** assistant.threads.setStatus: what its special limit is in a workspace, Slack does not say. Tier 4 is what we keep to. */
export const STATUS_TURNS = { slots: 100, windowMs: MINUTE_MS } as const;

/** conversations.replies and conversations.history, each: Tier 3, 50 a minute in the workspace. */
export const READ_TURNS = { slots: 50, windowMs: MINUTE_MS } as const;
