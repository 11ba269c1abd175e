/** Short messages between the processes that share a Postgres database (LISTEN and NOTIFY). They may get lost. */

import pg from 'pg';
import type { Clock } from '../clock.ts';
import { describeError, type Log } from '../log.ts';

export interface Notices {
  /** Tells every process, this one included. Never throws; while the connection is away nobody is told. */
  publish(text: string): void;
  close(): Promise<void>;
}

export interface NoticesOptions {
  readonly databaseUrl: string;
  readonly onNotice: (text: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

const CHANNEL = 'replibot';
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** Connects in the background and again whenever the connection is lost. */
export function openPostgresNotices({ databaseUrl, onNotice, clock, log }: NoticesOptions): Notices {
  const closing = new AbortController();
  let current: pg.Client | undefined;
  const listening = listen().catch((error: unknown) => {
    if (!closing.signal.aborted) log.error({ reason: describeError(error) }, 'notices are no longer heard');
  });

  async function listen(): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !closing.signal.aborted; ) {
      const client = new pg.Client({
        connectionString: databaseUrl,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        keepAlive: true,
      });
      client.on('error', (error) =>
        log.warn({ reason: describeError(error) }, 'lost the connection for notices'),
      );
      const lost = new Promise<void>((resolve) => {
        client.on('end', resolve);
      });
      client.on('notification', ({ payload }) => onNotice(payload ?? ''));
      try {
        await client.connect();
        await client.query(`listen ${CHANNEL}`);
        current = client;
        retryMs = FIRST_RETRY_MS;
        await lost;
      } catch (error) {
        log.warn({ reason: describeError(error) }, 'no connection for notices');
        await client.end().catch(() => undefined);
      }
      current = undefined;
      await clock.sleep(retryMs, closing.signal);
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
    }
  }

  return {
    publish(text) {
      current?.query('select pg_notify($1, $2)', [CHANNEL, text]).catch((error: unknown) => {
        log.warn({ reason: describeError(error) }, 'a notice was not sent');
      });
    },
    async close() {
      closing.abort(new Error('the process is stopping'));
      await current?.end().catch(() => undefined);
      await listening;
    },
  };
}
