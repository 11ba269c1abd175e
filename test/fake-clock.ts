/** A clock whose hands only a test turns: `advance` wakes the sleepers one after another, in the order they are due. */

import type { Clock } from '../src/core/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time on by `ms`. What a sleeper does when it wakes, sleeping again included, happens at its own moment. */
  advance(ms: number): Promise<void>;
  /** How many are asleep. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Lets every promise that can settle without time passing do so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A clock that starts at `startMs` and stands still until it is advanced. */
export function createFakeClock(startMs = 1_000_000): FakeClock {
  let now = startMs;
  /** Latest first, so that the next to wake is popped off the end; equal ones wake in the order they fell asleep. */
  const sleepers: Sleeper[] = [];

  function add(sleeper: Sleeper): void {
    let at = sleepers.length;
    while (at > 0 && (sleepers[at - 1]?.due ?? Number.POSITIVE_INFINITY) <= sleeper.due) at--;
    sleepers.splice(at, 0, sleeper);
  }

  return {
    now: () => now,
    get sleeping() {
      return sleepers.length;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          const at = sleepers.indexOf(sleeper);
          if (at >= 0) sleepers.splice(at, 1);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          due: now + Math.max(0, ms),
          wake: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        add(sleeper);
      }),
    async advance(ms) {
      const until = now + ms;
      await settled();
      for (;;) {
        const next = sleepers[sleepers.length - 1];
        if (next === undefined || next.due > until) break;
        sleepers.pop();
        now = next.due;
        next.wake();
        await settled();
      }
      now = until;
    },
  };
}
