/** Kysely's driver for one SQLite connection: transactions begin IMMEDIATE, statements are prepared once and kept. */

import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { createQueueLock } from './queue-lock.ts';
import type { SqliteConnection, SqliteStatement } from './sqlite-api.ts';
import { retryWhileBusy } from './while-busy.ts';

/** More than the bot has different statements; a bound for the ones whose lists vary in length. */
const KEPT_STATEMENTS = 200;

/** What gives rows back. The driver must know before it runs: `all` does not tell how many rows a statement changed. */
const GIVES_ROWS = /^\s*(?:select|with|pragma|values|explain)\b|\breturning\b/i;

interface Prepared {
  readonly statement: SqliteStatement;
  readonly givesRows: boolean;
}

function createConnection(sqlite: SqliteConnection): DatabaseConnection {
  /** In order of last use. */
  const kept = new Map<string, Prepared>();

  function prepare(sql: string): Prepared {
    let prepared = kept.get(sql);
    if (prepared) kept.delete(sql);
    else prepared = { statement: sqlite.prepare(sql), givesRows: GIVES_ROWS.test(sql) };
    kept.set(sql, prepared);
    if (kept.size > KEPT_STATEMENTS) {
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    }
    return prepared;
  }

  return {
    async executeQuery<R>({ sql, parameters }: CompiledQuery) {
      return retryWhileBusy((): QueryResult<R> => {
        const { statement, givesRows } = prepare(sql);
        if (givesRows) {
          // The row type is the query builder's promise; SQLite only knows the names.
          const rows = statement.all(...parameters) as R[];
          return { rows, numAffectedRows: BigInt(rows.length) };
        }
        const { changes, lastInsertRowid } = statement.run(...parameters);
        return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
      });
    },
    async *streamQuery<R>({ sql, parameters }: CompiledQuery) {
      // A statement of its own: a kept one must not be run anew while its rows are still being read.
      for (const row of sqlite.prepare(sql).iterate(...parameters)) yield { rows: [row as R] };
    },
  };
}

/** The connection must not be used by anyone else; `destroy` closes it. */
export function createSqliteDriver(sqlite: SqliteConnection): Driver {
  const connection = createConnection(sqlite);
  const lock = createQueueLock();
  const begin = sqlite.prepare('begin immediate');
  const commit = sqlite.prepare('commit');

  return {
    async init() {},
    async acquireConnection() {
      await lock.acquire();
      return connection;
    },
    async releaseConnection() {
      lock.release();
    },
    // IMMEDIATE, because a transaction that reads first and writes later fails as soon as another process wrote in between.
    // Every transaction is serializable, whatever isolation was asked for.
    async beginTransaction() {
      await retryWhileBusy(() => begin.run());
    },
    async commitTransaction() {
      await retryWhileBusy(() => commit.run());
    },
    async rollbackTransaction() {
      try {
        sqlite.exec('rollback');
      } catch (error) {
        // A full disk has SQLite roll back by itself; the error that led here is the one to be thrown.
        if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error;
      }
    },
    async destroy() {
      sqlite.close();
    },
  };
}
