/** The bare drivers of the ledger's benchmark: they note what our store sends through them, and send that again. */

import { type Dialect, PostgresDialect } from 'kysely';
import { openSqliteFile } from '../src/core/storage/open-sqlite-file.ts';
import { createPostgresPool } from '../src/core/storage/postgres-pool.ts';
import type { SqliteConnection, SqliteStatement } from '../src/core/storage/sqlite-api.ts';
import { createSqliteDialect } from '../src/core/storage/sqlite-dialect.ts';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface Driver {
  /** A connection of its own that passes everything on and notes it in `noted`; its dialect closes it. */
  record(noted: Statement[]): Promise<Dialect>;
  /** Sends the statements one after another, each with the parameters that `parametersOf` makes of its own. */
  replay(statements: readonly Statement[], parametersOf: (statement: Statement) => unknown[]): Promise<void>;
  close(): Promise<void>;
}

function noting(sqlite: SqliteConnection, noted: Statement[]): SqliteConnection {
  return {
    close: () => sqlite.close(),
    exec(sql) {
      noted.push({ sql, parameters: [] });
      sqlite.exec(sql);
    },
    prepare(sql) {
      const statement = sqlite.prepare(sql);
      const note = (parameters: unknown[]) => noted.push({ sql, parameters });
      return {
        all(...parameters) {
          note(parameters);
          return statement.all(...parameters);
        },
        run(...parameters) {
          note(parameters);
          return statement.run(...parameters);
        },
        iterate: (...parameters) => statement.iterate(...parameters),
      };
    },
  };
}

/** One connection; its statements stay prepared, as ours do. */
export async function openSqliteDriver(path: string): Promise<Driver> {
  const sqlite = await openSqliteFile(path);
  const prepared = new Map<string, SqliteStatement>();
  const statementOf = (sql: string) => {
    const statement = prepared.get(sql) ?? sqlite.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  return {
    record: async (noted) => createSqliteDialect(noting(await openSqliteFile(path), noted)),
    async replay(statements, parametersOf) {
      for (const statement of statements) statementOf(statement.sql).all(...parametersOf(statement));
    },
    close: async () => sqlite.close(),
  };
}

/** As many connections as ours; one for each replay. */
export function createPostgresDriver(url: string): Driver {
  const pool = createPostgresPool(url, undefined);
  return {
    async record(noted) {
      const recordingPool = createPostgresPool(url, undefined);
      const connect = async () => {
        const client = await recordingPool.connect();
        return new Proxy(client, {
          get(target, name) {
            if (name !== 'query') return Reflect.get(target, name, target);
            return (sql: string, parameters: readonly unknown[] = []) => {
              noted.push({ sql, parameters });
              return target.query(sql, [...parameters]);
            };
          },
        });
      };
      return new PostgresDialect({ pool: { connect, end: () => recordingPool.end() } });
    },
    async replay(statements, parametersOf) {
      const client = await pool.connect();
      try {
        for (const statement of statements) await client.query(statement.sql, parametersOf(statement));
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}
