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

/** chat.appendStream is Tier 4; a stream's start, its status and its end draw from this lane too. */
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

/** chat.startStream and chat.stopStream, each: Tier 2, 20 a minute in the workspace. */
export const STREAM_TURNS = { slots: 20, windowMs: MINUTE_MS } as const;
