/** Waits for an answer no longer than Discord's patience allows. */

import type { Clock } from '../../core/clock.ts';

/** What `work` resolves with, or undefined when that takes longer than `ms`; the work goes on then. Rejects as `work` does. */
export async function within<T>(ms: number, clock: Clock, work: Promise<T>): Promise<T | undefined> {
  const done = new AbortController();
  const late = clock.sleep(ms, done.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
