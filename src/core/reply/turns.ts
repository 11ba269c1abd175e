/** Requests that a platform counts together, whatever lanes they draw from. */

import type { Clock } from '../clock.ts';
import { createLaneWindow } from './lane-window.ts';

export interface Turns {
  /** How many are free right now. */
  readonly free: number;
  /** Makes the request in its turn: at once if one is free, else behind those that wait. Rejects as the request does. */
  take<T>(request: () => Promise<T>): Promise<T>;
}

/** A turn is taken from the request's start to a window after its answer (`lane-window.ts` says why). */
export function createTurns(
  rate: { readonly slots: number; readonly windowMs: number },
  clock: Clock,
): Turns {
  const window = createLaneWindow(() => ({ key: '', ...rate }));
  const waiting: ((release: (answeredAt: number) => void) => void)[] = [];
  let asleep = false;

  function admit(): void {
    while (waiting.length > 0) {
      const now = clock.now();
      const at = window.freeAt(now, rate.slots);
      if (at > now) {
        wakeAfter(at - now);
        return;
      }
      waiting.shift()?.(window.take(now));
    }
  }

  /** Not at all where that hangs on an open request: its answer wakes the next one. */
  function wakeAfter(ms: number): void {
    if (asleep || ms === Number.POSITIVE_INFINITY) return;
    asleep = true;
    void clock.sleep(ms).then(() => {
      asleep = false;
      admit();
    });
  }

  return {
    get free() {
      return rate.slots - window.inUse(clock.now());
    },
    async take(request) {
      const release = await new Promise<(answeredAt: number) => void>((resolve) => {
        waiting.push(resolve);
        admit();
      });
      try {
        return await request();
      } finally {
        release(clock.now());
        admit();
      }
    },
  };
}
