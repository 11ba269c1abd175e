/** What is undone when the process stops, in reverse order. */

import { systemClock } from '../core/clock.ts';
import { describeError, type Log } from '../core/log.ts';

export interface StopStack {
  /** Undone before everything that was added earlier. */
  add(undo: () => Promise<void>): void;
  /** Undoes everything, once; whatever fails is logged. */
  unwind(): Promise<void>;
}

/** How long one part may take; together well under the ten seconds that a deploy waits. */
const CLOSE_MS = 2500;

export function createStopStack(log: Log): StopStack {
  const undos: (() => Promise<void>)[] = [];
  return {
    add(undo) {
      undos.push(undo);
    },
    async unwind() {
      for (const undo of undos.splice(0).toReversed()) {
        await within(CLOSE_MS, undo()).catch((error: unknown) => {
          log.warn({ reason: describeError(error) }, 'a part could not be closed in good order');
        });
      }
    },
  };
}

/** Waits for `work` no longer than `ms`. */
export async function within(ms: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  try {
    await Promise.race([
      work,
      systemClock.sleep(ms, timer.signal).then(() => {
        throw new Error(`not done within ${ms} ms`);
      }),
    ]);
  } finally {
    timer.abort();
  }
}
