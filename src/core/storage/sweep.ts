/** Deletes what has served its time: events older than a day, cache rows that have expired. */

import type { Clock } from '../clock.ts';
import { describeError, type Log } from '../log.ts';
import type { Database } from './database.ts';

/** No platform delivers an event again after a day; Slack stops after an hour or so. */
const EVENT_LIFE_MS = 24 * 60 * 60 * 1000;
const SWEEP_INTERVAL_MS = 60 * 60 * 1000;

/** One sweep; `now` in ms since the epoch. */
export async function sweep(database: Database, now: number): Promise<void> {
  await database.sql
    .deleteFrom('event')
    .where('taken_at', '<', now - EVENT_LIFE_MS)
    .execute();
  await database.sql.deleteFrom('cache').where('expires_at', '<=', now).execute();
}

/** Sweeps now and every hour until the signal is aborted. A sweep that fails is logged and tried again an hour later. */
export async function keepSwept(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { database, clock, log, signal } = options;
  while (!signal.aborted) {
    try {
      await sweep(database, clock.now());
    } catch (error) {
      log.warn({ error: describeError(error) }, 'old rows could not be deleted');
    }
    await clock.sleep(SWEEP_INTERVAL_MS, signal).catch(() => undefined);
  }
}
