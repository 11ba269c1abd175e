/** When an event is acknowledged: once it is in our hands, but before Slack loses patience. */

import type { Clock } from '../../core/clock.ts';

/** Slack waits three seconds for an acknowledgement before it sends an event again. */
const LATEST_MS = 2000;

/**
 * Resolves when an event is processed, which is when its request is answered or stored, or when it must be acknowledged all
 * the same. Should we die before that, Slack sends it again. Rejects when the processing fails by then.
 */
export async function withinAckTime(clock: Clock, processed: Promise<void> | undefined): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([processed, clock.sleep(LATEST_MS, done.signal).catch(() => undefined)]);
  } finally {
    done.abort();
  }
}
