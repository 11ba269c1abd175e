/** The two sides of the ledger's benchmark: our store, and the bare driver replaying the statements that the store sends. */

import { Kysely, PostgresDialect } from 'kysely';
import { createBudget } from '../src/core/budget/ledger.ts';
import { systemClock } from '../src/core/clock.ts';
import { createRunStore } from '../src/core/runs/store.ts';
import type { Database } from '../src/core/storage/database.ts';
import { openDatabase } from '../src/core/storage/open-database.ts';
import { openSqliteFile } from '../src/core/storage/open-sqlite-file.ts';
import { createPostgresPool } from '../src/core/storage/postgres-pool.ts';
import type { SqliteConnection, SqliteStatement } from '../src/core/storage/sqlite-api.ts';
import { createSqliteDialect } from '../src/core/storage/sqlite-dialect.ts';
import type { Tables } from '../src/core/storage/tables.ts';

export interface Bench {
  readonly database: Database;
  /** Records what the store sends for one request of this caller. */
  prepare(caller: number): Promise<void>;
  /** One request of a caller: admitted and settled. */
  ours(caller: number): Promise<void>;
  bare(caller: number): Promise<void>;
  close(): Promise<void>;
}

interface Recorded {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A run id that stands in what was recorded; the caller is in it, since every run's is different. */
const TEMPLATE = /template \w+/;
const YEAR_MS = 365 * 24 * 3_600_000;

/** Where in the ids the benchmark's own runs begin: after those of the past. */
let nextRun = 0;
const runName = () => `run z${String(nextRun++).padStart(12, '0')}`;

function createOperation(database: Database) {
  const cap = { amountMicroUsd: 9_000_000_000_000, unit: 'month' } as const;
  const budget = createBudget({
    database,
    clock: systemClock,
    timezone: 'UTC',
    defaults: {
      eachPerson: cap,
      eachChannel: cap,
      eachWorkspace: cap,
      everybody: cap,
      people: new Map(),
      roles: new Map([['discord:1', cap]]),
    },
  });
  const store = createRunStore({ database, budget, clock: systemClock, owner: 'bench', leaseMs: YEAR_MS });
  return async (caller: number, id: string) => {
    const admission = await store.admit(
      {
        id,
        personId: `discord:${caller}`,
        roles: ['discord:1'],
        surface: 'discord',
        place: { surface: 'discord', workspace: '7', channel: '8', direct: false },
        command: 'ask',
        plan: {
          label: 'llama',
          model: 'meta/llama',
          input: { prompt: 'Why is the sky blue?' },
          presenter: 'text',
          cost: { by: 'second', microUsdPerSecond: 725, deadlineSeconds: 300, typicalSeconds: 10 },
        },
        replyRef: { surface: 'discord' },
        createdAt: systemClock.now(),
      },
      `event ${id}`,
      { atOnce: 1_000, queue: 0 },
    );
    if (admission.type !== 'admitted') throw new Error(`the benchmark's run was ${admission.type}`);
    await store.settle(id, { costMicroUsd: 7_250, outcome: 'succeeded', endedAt: systemClock.now() });
  };
}

function replacing(parameters: readonly unknown[], id: string): unknown[] {
  return parameters.map((value) => (typeof value === 'string' ? value.replace(TEMPLATE, id) : value));
}

/** Passes everything on and keeps what was run. */
function recordingSqlite(sqlite: SqliteConnection, recorded: Recorded[]): SqliteConnection {
  return {
    close: () => sqlite.close(),
    exec(sql) {
      recorded.push({ sql, parameters: [] });
      sqlite.exec(sql);
    },
    prepare(sql) {
      const statement = sqlite.prepare(sql);
      const note = (parameters: unknown[]) => recorded.push({ sql, parameters });
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

/** One connection; the bare side keeps its statements prepared, as ours does. */
export async function openSqliteBench(path: string): Promise<Bench> {
  const database = await openDatabase(`sqlite:${path}`);
  const operation = createOperation(database);
  const sqlite = await openSqliteFile(path);
  const templates = new Map<number, readonly Recorded[]>();
  const prepared = new Map<string, SqliteStatement>();
  const statementOf = (sql: string) => {
    const statement = prepared.get(sql) ?? sqlite.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  return {
    database,
    async prepare(caller) {
      await operation(caller, runName());
      const recorded: Recorded[] = [];
      const recording = recordingSqlite(await openSqliteFile(path), recorded);
      const sql = new Kysely<Tables>({ dialect: createSqliteDialect(recording) });
      const record = createOperation({ kind: 'sqlite', sql, close: () => sql.destroy() });
      await record(caller, runName());
      recorded.length = 0;
      await record(caller, `template ${runName().replace(' ', '')}`);
      templates.set(caller, recorded.slice());
      await sql.destroy();
    },
    ours: (caller) => operation(caller, runName()),
    async bare(caller) {
      const id = runName();
      for (const { sql, parameters } of templates.get(caller) ?? []) {
        statementOf(sql).all(...replacing(parameters, id));
      }
    },
    async close() {
      sqlite.close();
      await database.close();
    },
  };
}

/** As many connections as ours. */
export async function openPostgresBench(url: string): Promise<Bench> {
  const database = await openDatabase(url);
  const operation = createOperation(database);
  const pool = createPostgresPool(url, undefined);
  const templates = new Map<number, readonly Recorded[]>();

  function recordingDialect(recorded: Recorded[]): PostgresDialect {
    const recordingPool = createPostgresPool(url, undefined);
    const connect = async () => {
      const client = await recordingPool.connect();
      const noted = new Proxy(client, {
        get(target, name) {
          if (name !== 'query') return Reflect.get(target, name, target);
          return (sql: string, parameters: readonly unknown[] = []) => {
            recorded.push({ sql, parameters });
            return target.query(sql, [...parameters]);
          };
        },
      });
      return noted;
    };
    return new PostgresDialect({ pool: { connect, end: () => recordingPool.end() } });
  }

  return {
    database,
    async prepare(caller) {
      await operation(caller, runName());
      const recorded: Recorded[] = [];
      const sql = new Kysely<Tables>({ dialect: recordingDialect(recorded) });
      const record = createOperation({ kind: 'postgres', sql, close: () => sql.destroy() });
      await record(caller, runName());
      recorded.length = 0;
      await record(caller, `template ${runName().replace(' ', '')}`);
      templates.set(caller, recorded.slice());
      await sql.destroy();
    },
    ours: (caller) => operation(caller, runName()),
    async bare(caller) {
      const id = runName();
      const client = await pool.connect();
      try {
        for (const { sql, parameters } of templates.get(caller) ?? []) {
          await client.query(sql, replacing(parameters, id));
        }
      } finally {
        client.release();
      }
    },
    async close() {
      await pool.end();
      await database.close();
    },
  };
}
