/** How fast requests go out: evenly spaced, slower when Replicate says so, and cautiously back to normal. */

import Bottleneck from 'bottleneck';
import type { Clock } from '../clock.ts';
import { BusyError } from './refusal.ts';

export interface Limiter {
  /**
   * Resolves when the next request may go out. Rejects with the signal's reason, or with BusyError at once when the queue
   * is longer than anybody should wait.
   */
  turn(signal?: AbortSignal): Promise<void>;
  /** Replicate answered 429: nobody goes before `retryAfterMs` have passed, and then at half the speed. */
  slowDown(retryAfterMs: number): Promise<void>;
}

export interface LimiterOptions {
  readonly perMinute: number;
  readonly clock: Clock;
  /** The longest wait for a turn. */
  readonly maxWaitMs: number;
}

/** 6 a minute: what Replicate allows an account under $5 of credit. */
const SLOWEST_SPACING_MS = 10_000;

/** Without a 429 for this long the speed doubles, up to the normal one. */
const RESTORE_AFTER_MS = 15_000;

/** Spaced by `minTime` and not by a reservoir, because `updateSettings()` stops a reservoir's refresh for good. */
export function createLimiter({ perMinute, clock, maxWaitMs }: LimiterOptions): Limiter {
  const normalMs = 60_000 / perMinute;
  const bottleneck = new Bottleneck({ minTime: normalMs, maxConcurrent: 1 });
  let spacingMs = normalMs;
  let changedAt = 0;
  let pausedUntil = 0;

  async function setSpacing(ms: number): Promise<void> {
    spacingMs = ms;
    changedAt = clock.now();
    await bottleneck.updateSettings({ minTime: ms });
  }

  async function pause(signal: AbortSignal | undefined): Promise<void> {
    while (clock.now() < pausedUntil) await clock.sleep(pausedUntil - clock.now(), signal);
  }

  return {
    async turn(signal) {
      signal?.throwIfAborted();
      if (spacingMs > normalMs && clock.now() - changedAt >= RESTORE_AFTER_MS) {
        await setSpacing(Math.max(normalMs, spacingMs / 2));
      }
      const waitMs = Math.max(0, pausedUntil - clock.now()) + bottleneck.queued() * spacingMs;
      if (waitMs > maxWaitMs) throw new BusyError(Math.ceil(waitMs / 1000));
      await untilAborted(
        bottleneck.schedule(() => pause(signal)),
        signal,
      );
    },

    async slowDown(retryAfterMs) {
      const alreadySlowed = clock.now() < pausedUntil;
      pausedUntil = Math.max(pausedUntil, clock.now() + retryAfterMs);
      // Requests that were under way together are refused together: that is one reason to slow down, not many.
      if (!alreadySlowed) await setSpacing(Math.min(SLOWEST_SPACING_MS, spacingMs * 2));
    },
  };
}

/** The promise, or the signal's reason if that comes first. */
function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
