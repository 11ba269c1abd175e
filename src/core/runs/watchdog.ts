/** Stops a prediction that runs longer than its hold pays for, from the moment the model starts. */

import type { Clock } from '../clock.ts';
import { describeError, type Log } from '../log.ts';
import type { Models } from '../models/prediction.ts';

/** Replicate's own deadline comes first; ours steps in when it did not. */
const GRACE_MS = 5000;

export interface Watchdog {
  /** The model has begun to work: it may do so for the whole limit. */
  started(startedAt: number): void;
  /** It was we who stopped the prediction. */
  readonly fired: boolean;
  stop(): void;
}

export function createWatchdog(options: {
  predictionId: string;
  submittedAt: number;
  limitSeconds: number;
  models: Models;
  clock: Clock;
  log: Log;
}): Watchdog {
  const { predictionId, models, clock, log } = options;
  const limitMs = options.limitSeconds * 1000;
  const end = new AbortController();
  let timer = new AbortController();
  let fired = false;
  arm(options.submittedAt + limitMs + GRACE_MS);

  function arm(at: number): void {
    timer.abort();
    timer = new AbortController();
    const signal = AbortSignal.any([end.signal, timer.signal]);
    watch(at, signal).catch((error: unknown) => {
      if (!signal.aborted)
        log.error({ prediction: predictionId, reason: describeError(error) }, 'watchdog failed');
    });
  }

  async function watch(at: number, signal: AbortSignal): Promise<void> {
    await clock.sleep(Math.max(0, at - clock.now()), signal);
    fired = true;
    // Until it is stopped it costs money nobody has: a cancel that failed is tried again.
    for (;;) {
      try {
        await models.cancel(predictionId);
        return;
      } catch (error) {
        log.warn(
          { prediction: predictionId, reason: describeError(error) },
          'a prediction over its limit resists',
        );
        await clock.sleep(GRACE_MS, signal);
      }
    }
  }

  return {
    started: (startedAt) => arm(Math.min(startedAt + limitMs, options.submittedAt + limitMs + GRACE_MS)),
    get fired() {
      return fired;
    },
    stop: () => end.abort(),
  };
}
