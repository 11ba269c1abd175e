/** Shows that somebody is at work until there is something to read. */

import { type REST, Routes } from 'discord.js';
import type { Clock } from '../../core/clock.ts';
import { describeError, type Log } from '../../core/log.ts';
import { toCoreError } from './failures.ts';

/** Discord shows it for 10 seconds. */
const repeatMs = 8000;
/** By then a status is on show, or the message was one that another process answers. */
const longestMs = 2 * 60_000;

/** Resolves when the signal is aborted, when it takes too long, or when Discord does not want it. Never rejects. */
export async function keepTyping(parts: {
  readonly rest: REST;
  readonly channelId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { rest, clock, signal } = parts;
  const until = clock.now() + longestMs;
  try {
    while (!signal.aborted && clock.now() < until) {
      await rest.post(Routes.channelTyping(parts.channelId), { signal });
      await clock.sleep(repeatMs, signal);
    }
  } catch (error) {
    if (signal.aborted) return;
    parts.log.debug({ error: describeError(toCoreError(error)) }, 'typing could not be shown');
  }
}
