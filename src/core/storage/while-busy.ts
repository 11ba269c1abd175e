/** Waiting for another connection's write transaction on the same SQLite file, without stopping the event loop. */

import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 10_000;
const LONGEST_PAUSE_MS = 20;

function isBusy(error: unknown): boolean {
  return error instanceof Error && /database (?:table )?is (?:locked|busy)/i.test(error.message);
}

async function wait<T>(attempt: () => T): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (let pauseMs = 1; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    await sleep(pauseMs);
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw error;
    }
  }
}

/**
 * Does it again as long as it fails because the database is locked, for ten seconds at most. Nearly always it succeeds at
 * once, and then nobody has to wait for a promise.
 */
export function retryWhileBusy<T>(attempt: () => T): T | Promise<T> {
  try {
    return attempt();
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
  return wait(attempt);
}
