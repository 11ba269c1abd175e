/** The two sides of the ledger's benchmark: our store, and the bare driver replaying the statements that the store sends. */

import { Kysely } from 'kysely';
import type { Database } from '../src/core/storage/database.ts';
import { openDatabase } from '../src/core/storage/open-database.ts';
import type { Tables } from '../src/core/storage/tables.ts';
import { createPostgresDriver, type Driver, openSqliteDriver, type Statement } from './ledger-drivers.ts';
import { createOperation } from './ledger-operation.ts';

export interface Bench {
  readonly database: Database;
  /** Records what the store sends for one request of this caller. */
  prepare(caller: number): Promise<void>;
  /** One request of a caller: admitted and settled. */
  ours(caller: number): Promise<void>;
  bare(caller: number): Promise<void>;
  close(): Promise<void>;
}

/** A run id that stands in what was recorded; the caller is in it, since every run's is different. */
const TEMPLATE = /template \w+/;

/** Where in the ids the benchmark's own runs begin: after those of the past. */
let nextRun = 0;
const runName = () => `run z${String(nextRun++).padStart(12, '0')}`;

function createBench(database: Database, driver: Driver): Bench {
  const operation = createOperation(database);
  const templates = new Map<number, readonly Statement[]>();
  return {
    database,
    async prepare(caller) {
      await operation(caller, runName());
      const noted: Statement[] = [];
      const sql = new Kysely<Tables>({ dialect: await driver.record(noted) });
      const record = createOperation({ kind: database.kind, sql, close: () => sql.destroy() });
      await record(caller, runName());
      noted.length = 0;
      await record(caller, `template ${runName().replace(' ', '')}`);
      templates.set(caller, noted.slice());
      await sql.destroy();
    },
    ours: (caller) => operation(caller, runName()),
    bare(caller) {
      const id = runName();
      return driver.replay(templates.get(caller) ?? [], ({ parameters }) =>
        parameters.map((value) => (typeof value === 'string' ? value.replace(TEMPLATE, id) : value)),
      );
    },
    async close() {
      await driver.close();
      await database.close();
    },
  };
}

export async function openSqliteBench(path: string): Promise<Bench> {
  const database = await openDatabase(`sqlite:${path}`);
  return createBench(database, await openSqliteDriver(path));
}

export async function openPostgresBench(url: string): Promise<Bench> {
  const database = await openDatabase(url);
  return createBench(database, createPostgresDriver(url));
}
