/**
 * Admit and settle with five caps (person, role, channel, workspace, everybody), against the bare driver doing the same
 * statements, and with a thousand against a million rows of past runs; on SQLite and, where there is one, on Postgres.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPostgresDatabase, postgresUrl } from '../test/services.ts';
import { fillHistory } from './ledger-history.ts';
import { type Bench, openPostgresBench, openSqliteBench } from './ledger-sides.ts';
import type { Row } from './row.ts';

const CALLERS = [1, 16, 64];
const ROUNDS = 10;
const ROUND_MS = 100;
const WARM_UP_ROUNDS = 15;
const FEW = 1_000;
const MANY = 1_000_000;

/** Operations per second of `callers` that each begin the next one when the last is done. */
async function speed(callers: number, operation: (caller: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  let done = 0;
  const work = async (caller: number) => {
    while (performance.now() - start < ROUND_MS) {
      await operation(caller);
      done++;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => work(caller)));
  return (done * 1000) / (performance.now() - start);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Ours and the bare driver take turns, so that what else goes on in the machine meets both. */
async function compare(name: string, bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  await bench.prepare(0);
  for (let round = 0; round < WARM_UP_ROUNDS; round++) await speed(1, bench.ours);
  for (const callers of CALLERS) {
    for (let caller = 0; caller < callers; caller++) await bench.prepare(caller);
    const ours: number[] = [];
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const ourSpeed = await speed(callers, bench.ours);
      ours.push(ourSpeed);
      ratios.push((await speed(callers, bench.bare)) / ourSpeed);
    }
    rows.push(
      { name: `${name}, ${callers} callers: admit and settle`, value: median(ours), unit: 'per second' },
      {
        name: `${name}, ${callers} callers: the bare driver's speed over ours`,
        value: median(ratios),
        unit: 'x',
        bound: 2,
      },
    );
  }
  return rows;
}

/** The same operations with a thousand rows of history and with a million, in turns. */
async function growth(name: string, few: Bench, many: Bench): Promise<Row> {
  await fillHistory(few.database, FEW);
  await fillHistory(many.database, MANY);
  const ratios: number[] = [];
  for (const bench of [few, many]) await bench.prepare(0);
  for (let round = 0; round < 2 * ROUNDS; round++) {
    ratios.push((await speed(1, few.ours)) / (await speed(1, many.ours)));
  }
  return {
    name: `${name}: cost of one after ${MANY} rows of history over after ${FEW}`,
    value: median(ratios),
    unit: 'x',
    bound: 1.5,
  };
}

async function onSqlite(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'replibot-bench-'));
  const few = await openSqliteBench(join(folder, 'few.db'));
  const many = await openSqliteBench(join(folder, 'many.db'));
  try {
    return [...(await compare('SQLite', few)), await growth('SQLite', few, many)];
  } finally {
    await few.close();
    await many.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function onPostgres(server: string): Promise<Row[]> {
  const places = [await createPostgresDatabase(server), await createPostgresDatabase(server)] as const;
  const few = await openPostgresBench(places[0].url);
  const many = await openPostgresBench(places[1].url);
  try {
    return [...(await compare('Postgres', few)), await growth('Postgres', few, many)];
  } finally {
    await few.close();
    await many.close();
    for (const place of places) await place.drop();
  }
}

/** In about half a minute. */
export async function benchLedger(): Promise<Row[]> {
  return [...(await onSqlite()), ...(postgresUrl === undefined ? [] : await onPostgres(postgresUrl))];
}
