/** Hold and settle per second through the ledger, against the bare SQLite driver running the same statements. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { createBudget } from '../src/core/budget/ledger.ts';
import { systemClock } from '../src/core/clock.ts';
import { openDatabase } from '../src/core/storage/open-database.ts';
import { openSqliteFile } from '../src/core/storage/open-sqlite-file.ts';
import type { SqliteConnection } from '../src/core/storage/sqlite-api.ts';
import { createSqliteDialect } from '../src/core/storage/sqlite-dialect.ts';
import type { Tables } from '../src/core/storage/tables.ts';

const RUNS = 1_500;

export interface LedgerRow {
  readonly callers: number;
  readonly perSecond: number;
  /** Of the bare driver's speed, 0 to 1. */
  readonly ratio: number;
}

interface Recorded {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Passes everything on and keeps what was run. */
function recording(sqlite: SqliteConnection, recorded: Recorded[]): SqliteConnection {
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

function createLedger(sql: Kysely<Tables>) {
  const unlimited = { amountMicroUsd: 'unlimited', unit: 'day' } as const;
  const defaults = { eachPerson: unlimited, everybody: unlimited, people: new Map() };
  const database = { kind: 'sqlite', sql, close: () => sql.destroy() } as const;
  const budget = createBudget({ database, clock: systemClock, timezone: 'UTC', defaults });
  return async (runId: string) => {
    const request = { runId, personId: 'ann', ceilingMicroUsd: 20, typicalMicroUsd: 10 };
    await sql.transaction().execute((transaction) => budget.hold(transaction, request));
    await sql.transaction().execute((transaction) => budget.settle(transaction, runId, 7));
  };
}

async function bareSpeed(path: string): Promise<number> {
  const sqlite = await openSqliteFile(path);
  const recorded: Recorded[] = [];
  const kysely = new Kysely<Tables>({ dialect: createSqliteDialect(recording(sqlite, recorded)) });
  const spend = createLedger(kysely);
  await spend('warm up');
  recorded.length = 0;
  await spend('template');
  const statements = recorded.map(({ sql, parameters }) => ({ statement: sqlite.prepare(sql), parameters }));
  const start = performance.now();
  for (let run = 0; run < RUNS; run++) {
    for (const { statement, parameters } of statements) {
      statement.all(...parameters.map((value) => (value === 'template' ? `bare ${run}` : value)));
    }
  }
  const perSecond = (RUNS * 1000) / (performance.now() - start);
  await kysely.destroy();
  return perSecond;
}

async function ledgerSpeed(url: string, callers: number): Promise<number> {
  const database = await openDatabase(url);
  const spend = createLedger(database.sql);
  let next = 0;
  const start = performance.now();
  const work = async () => {
    while (next < RUNS) await spend(`${callers} ${next++}`);
  };
  await Promise.all(Array.from({ length: callers }, work));
  const perSecond = (RUNS * 1000) / (performance.now() - start);
  await database.close();
  return perSecond;
}

/** On a SQLite file in a temporary folder, in a few seconds. */
export async function benchLedger(): Promise<LedgerRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'replibot-bench-'));
  try {
    const path = join(folder, 'bench.db');
    await (await openDatabase(`sqlite:${path}`)).close();
    const bare = await bareSpeed(path);
    const rows: LedgerRow[] = [];
    for (const callers of [1, 16, 64]) {
      const perSecond = await ledgerSpeed(`sqlite:${path}`, callers);
      rows.push({ callers, perSecond: Math.round(perSecond), ratio: perSecond / bare });
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
