import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/core/storage/database.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { databaseKinds } from '../storage/databases.ts';
import { BOSS, openLedger } from './open-ledger.ts';

const SCRIPT = join(import.meta.dirname, 'spending-process.js');
const per = (amountMicroUsd: number, unit: 'day' | 'month') => ({ amountMicroUsd, unit });

function capsOf(everybody: number) {
  return {
    eachPerson: per(everybody * 0.3, 'month'),
    eachChannel: per(everybody * 0.9, 'month'),
    eachWorkspace: per(everybody * 0.8, 'month'),
    everybody: per(everybody, 'day'),
    roles: { 'discord:5': per(everybody * 1.2, 'month') },
  };
}

interface Spending {
  readonly url: string;
  readonly callers: number;
  readonly requests: number;
  readonly name: string;
  /** The cap of everybody; the others follow from it. */
  readonly everybody: number;
}

/** Resolves when it has the database open and begins. */
async function start(spending: Spending): Promise<ChildProcess> {
  const defaults = capsOf(spending.everybody);
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify({ ...spending, defaults })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

/** Nothing is above its limit in this moment; says how much of the fullest is used. */
async function checkLimits(database: Database): Promise<number> {
  const buckets = await database.sql
    .selectFrom('bucket')
    .select(['scope', 'limit_micro_usd', sql<number>`spent_micro_usd + reserved_micro_usd`.as('used')])
    .execute();
  for (const { scope, limit_micro_usd, used } of buckets) {
    if (used > (limit_micro_usd ?? 0))
      throw new Error(`${scope} is overspent: ${used} of ${limit_micro_usd}`);
  }
  return Math.max(0, ...buckets.map(({ limit_micro_usd, used }) => used / (limit_micro_usd ?? 1)));
}

/** However slow the machine is, the last life gets to do something. */
async function untilSomethingIsHeld(url: string): Promise<void> {
  const database = await openDatabase(url);
  const held = database.sql.selectFrom('hold').select('run_id').where('state', '=', 'held').limit(1);
  await vi.waitFor(async () => expect(await held.execute()).toHaveLength(1), {
    timeout: 20_000,
    interval: 5,
  });
  await database.close();
}

it('has the books right after each of many sudden deaths', async () => {
  const [kind] = databaseKinds;
  if (!kind) throw new Error('SQLite is always there');
  const place = await kind.create();
  let settledRuns = 0;
  try {
    for (let death = 0; death < 6; death++) {
      const child = await start({
        url: place.url,
        callers: 4,
        requests: 0,
        name: `life ${death}`,
        everybody: 200_000,
      });
      const exited = once(child, 'exit');
      // At whatever moment it is then: from its first statement to hundreds of transactions later.
      await new Promise((resolve) => setTimeout(resolve, (death * 37) % 120));
      if (death === 5) await untilSomethingIsHeld(place.url);
      child.kill('SIGKILL');
      await exited;
      const database = await openDatabase(place.url);
      const ledger = openLedger({ database, startAt: Date.now() });
      expect(await ledger.budget.verify()).toEqual([]);
      await checkLimits(database);
      const holds = database.sql.selectFrom('hold').select('run_id').where('state', '=', 'held');
      for (const { run_id } of await holds.execute()) {
        expect(await ledger.settle(run_id, 0)).toEqual([]);
        settledRuns++;
      }
      expect(await ledger.budget.verify()).toEqual([]);
      await database.close();
    }
    expect(settledRuns).toBeGreaterThan(0);
  } finally {
    await place.remove();
  }
});

describe.each(databaseKinds)('four processes with sixteen requesters each, on $name', (kind) => {
  it('never overspend by one micro-USD', async () => {
    const place = await kind.create();
    const database = await openDatabase(place.url);
    try {
      const names = ['a', 'b', 'c', 'd'];
      const children = await Promise.all(
        names.map((name) => start({ url: place.url, callers: 16, requests: 6, name, everybody: 5_000 })),
      );
      let running = children.length;
      const exits = children.map(async (child) => {
        if (child.exitCode === null) await once(child, 'exit');
        running--;
        return child.exitCode;
      });
      while (running > 0) {
        await checkLimits(database);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await Promise.all(exits)).toEqual([0, 0, 0, 0]);
      expect(await checkLimits(database)).toBeGreaterThan(0.97);
      expect(await openLedger({ database }).budget.verify()).toEqual([]);
    } finally {
      await database.close();
      await place.remove();
    }
  });
});

describe.each(databaseKinds)('a cap that is set while requests come in, on $name', (kind) => {
  it('holds for every request that comes after it', async () => {
    const place = await kind.create();
    const database = await openDatabase(place.url);
    const ledger = openLedger({ database });
    const ann = { kind: 'person', id: 'ann' } as const;
    try {
      for (let round = 0; round < 12; round++) {
        const limit = 300 + round * 400;
        const unit = round % 2 === 0 ? 'week' : 'day';
        const requests = Array.from({ length: 12 }, async (_, index) => {
          const id = `${round} ${index}`;
          const result = await ledger.hold(id, 100);
          if (result.held && index % 4 === 0) await ledger.settle(id, 100);
        });
        const atSet = await ledger.budget.set(ann, { amountMicroUsd: limit, unit }, BOSS);
        await Promise.all(requests);
        const after = await ledger.budget.state(ann);
        const usedAtSet = atSet.spentMicroUsd + atSet.reservedMicroUsd;
        const used = after.spentMicroUsd + after.reservedMicroUsd;
        if (used > usedAtSet) expect(used).toBeLessThanOrEqual(limit);
        const holds = await database.sql.selectFrom('hold').select('run_id').execute();
        expect(used).toBe(100 * holds.length);
      }
      expect(await ledger.budget.verify()).toEqual([]);
    } finally {
      await database.close();
      await place.remove();
    }
  });
});
