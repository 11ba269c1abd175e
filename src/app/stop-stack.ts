/** What is undone when the process stops, in reverse order. */

import type { Clock } from '../core/clock.ts';
import { describeError, type Log } from '../core/log.ts';

export interface StopStack {
  /** Undone before everything that was added earlier; given up after `withinMs`. */
  add(undo: () => Promise<void>, withinMs?: number): void;
  /** Undoes everything, once, in less than the ten seconds that a deploy waits; whatever fails is logged. */
  unwind(): Promise<void>;
}

const CLOSE_MS = 2500;
const TOGETHER_MS = 8500;
/** What each part gets when the time is up: enough to let go of a file or a connection. */
const LAST_MOMENT_MS = 100;

export function createStopStack({ clock, log }: { clock: Clock; log: Log }): StopStack {
  const undos: { readonly undo: () => Promise<void>; readonly withinMs: number }[] = [];

  /** Waits for `work` no longer than `ms`. */
  async function within(ms: number, work: Promise<void>): Promise<void> {
    const timer = new AbortController();
    try {
      await Promise.race([
        work,
        clock.sleep(ms, timer.signal).then(() => {
          throw new Error(`not done within ${ms} ms`);
        }),
      ]);
    } finally {
      timer.abort();
    }
  }

  return {
    add(undo, withinMs = CLOSE_MS) {
      undos.push({ undo, withinMs });
    },
    async unwind() {
      const endAt = clock.now() + TOGETHER_MS;
      for (const { undo, withinMs } of undos.splice(0).toReversed()) {
        const leftMs = Math.max(LAST_MOMENT_MS, endAt - clock.now());
        await within(Math.min(withinMs, leftMs), undo()).catch((error: unknown) => {
          log.warn({ reason: describeError(error) }, 'a part could not be closed in good order');
        });
      }
    },
  };
}
