/** Opens a SQLite file the way the bot needs it: write-ahead log, waiting for other processes, its folder made if need be. */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openSqlite, type SqliteConnection } from './sqlite-api.ts';
import { retryWhileBusy } from './while-busy.ts';

/**
 * How long a statement blocks everything else in this process before it is tried again later: time enough for most
 * transactions of another process. `while-busy.ts` does the rest of the waiting.
 */
const BUSY_TIMEOUT_MS = 5;

/** `synchronous = normal`: a killed process loses nothing; a power cut may lose the last transactions, never consistency. */
export async function openSqliteFile(path: string): Promise<SqliteConnection> {
  if (path !== ':memory:') await mkdir(dirname(path), { recursive: true });
  const sqlite = await openSqlite(path);
  try {
    sqlite.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    await retryWhileBusy(() => sqlite.exec('pragma journal_mode = wal'));
    sqlite.exec('pragma synchronous = normal');
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}
