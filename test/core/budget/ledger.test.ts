import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Budget, Cap, HoldResult } from '../../../src/core/budget/budget.ts';
import { createBudget } from '../../../src/core/budget/ledger.ts';
import type { Database } from '../../../src/core/storage/database.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { createFakeClock, type FakeClock } from '../../fake-clock.ts';
import { databaseKinds, type TestDatabase } from '../storage/databases.ts';

const USD = 1_000_000;
const BOSS = { personId: 'boss', where: 'discord:1/2' };
const HOUR_MS = 3_600_000;
/** Saturday. */
const NOON = Date.UTC(2026, 10, 21, 12);

function perDay(amountMicroUsd: Cap['amountMicroUsd']): Cap {
  return { amountMicroUsd, unit: 'day' };
}

describe.each(databaseKinds)('the ledger on $name', (kind) => {
  let place: TestDatabase;
  let database: Database;
  let clock: FakeClock;
  let budget: Budget;

  function open(db: Database, eachPerson: Cap, everybody: Cap): Budget {
    const people = new Map([['rich', perDay('unlimited')]]);
    return createBudget({
      database: db,
      clock,
      timezone: 'UTC',
      defaults: { eachPerson, everybody, people },
    });
  }

  beforeEach(async () => {
    place = await kind.create();
    database = await openDatabase(place.url);
    clock = createFakeClock(NOON);
    budget = open(database, perDay(1 * USD), { amountMicroUsd: 20 * USD, unit: 'month' });
  });

  afterEach(async () => {
    expect(await budget.verify()).toEqual([]);
    await database.close();
    await place.remove();
  });

  function hold(
    runId: string,
    ceiling: number,
    typical = ceiling,
    personId = 'ann',
    by = budget,
    db = database,
  ) {
    const request = { runId, personId, ceilingMicroUsd: ceiling, typicalMicroUsd: typical };
    return db.sql.transaction().execute((transaction) => by.hold(transaction, request));
  }

  function settle(runId: string, cost: number, by = budget, db = database) {
    return db.sql.transaction().execute((transaction) => by.settle(transaction, runId, cost));
  }

  it('charges a run once, for what it cost', async () => {
    expect(await hold('run', 400_000)).toEqual({ held: true, amountMicroUsd: 400_000 });
    expect(await budget.states('ann')).toMatchObject([
      {
        scope: { kind: 'person', id: 'ann' },
        reservedMicroUsd: 400_000,
        leftMicroUsd: 600_000,
        spentMicroUsd: 0,
      },
      { scope: { kind: 'everybody' }, reservedMicroUsd: 400_000, leftMicroUsd: 19_600_000 },
    ]);
    expect(await settle('run', 100_000)).toEqual([]);
    expect(await settle('run', 100_000)).toBeUndefined();
    expect(await settle('unknown', 1)).toBeUndefined();
    expect(await budget.states('ann')).toMatchObject([
      {
        reservedMicroUsd: 0,
        spentMicroUsd: 100_000,
        leftMicroUsd: 900_000,
        resetsAt: Date.UTC(2026, 10, 22),
      },
      {
        reservedMicroUsd: 0,
        spentMicroUsd: 100_000,
        leftMicroUsd: 19_900_000,
        resetsAt: Date.UTC(2026, 11, 1),
      },
    ]);
  });

  it('shrinks a hold to the room that is left, and refuses below the typical cost', async () => {
    await hold('first', 900_000);
    expect(await hold('second', 500_000, 60_000)).toEqual({ held: true, amountMicroUsd: 100_000 });
    const refused: HoldResult = await hold('third', 500_000, 60_000);
    expect(refused).toMatchObject({
      held: false,
      needsMicroUsd: 60_000,
      state: { scope: { kind: 'person', id: 'ann' }, leftMicroUsd: 0 },
    });
  });

  it('names the budget of everybody when that is the one used up', async () => {
    await budget.set({ kind: 'everybody' }, perDay(500_000), { personId: 'admin' });
    await hold('one', 500_000, 500_000, 'ann');
    expect(await hold('two', 500_000, 500_000, 'bob')).toMatchObject({
      held: false,
      state: { scope: { kind: 'everybody' } },
    });
  });

  it('records an overrun in full and then refuses', async () => {
    await hold('run', 900_000);
    await settle('run', 1_500_000);
    expect(await budget.state({ kind: 'person', id: 'ann' })).toMatchObject({
      spentMicroUsd: 1_500_000,
      leftMicroUsd: 0,
    });
    expect(await hold('next', 1)).toMatchObject({ held: false });
    expect(await hold('free', 0)).toEqual({ held: true, amountMicroUsd: 0 });
  });

  it('gives everything back when a run cost nothing', async () => {
    await hold('run', 900_000);
    await settle('run', 0);
    const kinds = await database.sql.selectFrom('entry').select('kind').distinct().orderBy('kind').execute();
    expect(kinds).toEqual([{ kind: 'hold' }, { kind: 'release' }]);
    expect(await hold('next', 1_000_000)).toMatchObject({ held: true });
  });

  it('counts, but never refuses, an unlimited person', async () => {
    await hold('run', 19 * USD, 19 * USD, 'rich');
    expect(await budget.state({ kind: 'person', id: 'rich' })).toMatchObject({
      reservedMicroUsd: 19 * USD,
      leftMicroUsd: Number.POSITIVE_INFINITY,
    });
  });

  it('settles in the period in which the hold was taken', async () => {
    await hold('run', 900_000);
    await clock.advance(13 * HOUR_MS);
    expect(await hold('tomorrow', 1_000_000)).toMatchObject({ held: true });
    await settle('run', 900_000);
    expect(await budget.state({ kind: 'person', id: 'ann' })).toMatchObject({
      spentMicroUsd: 0,
      reservedMicroUsd: 1_000_000,
    });
  });

  it('applies a cap that an admin sets to the current period, and writes it down', async () => {
    await hold('run', 800_000);
    const scope = { kind: 'person', id: 'ann' } as const;
    expect(await budget.set(scope, perDay(5 * USD), BOSS)).toMatchObject({
      source: 'admin',
      reservedMicroUsd: 800_000,
      leftMicroUsd: 4_200_000,
    });
    expect(await hold('more', 4 * USD)).toMatchObject({ held: true });
    await budget.set(scope, perDay(0), BOSS);
    expect(await hold('none', 1)).toMatchObject({ held: false });
    expect(await budget.audit({ limit: 10 })).toMatchObject([
      {
        action: 'set',
        actorId: 'boss',
        where: 'discord:1/2',
        scope,
        before: '$5.00 per day',
        after: '$0.00 per day',
      },
      { action: 'set', scope, before: '$1.00 per day', after: '$5.00 per day' },
    ]);
  });

  it('remembers what was spent this week when a daily cap becomes a weekly one', async () => {
    await hold('spent', 700_000);
    await settle('spent', 600_000);
    await hold('open', 100_000);
    const scope = { kind: 'person', id: 'ann' } as const;
    const state = await budget.set(scope, { amountMicroUsd: 1 * USD, unit: 'week' }, BOSS);
    expect(state).toMatchObject({ spentMicroUsd: 600_000, reservedMicroUsd: 100_000, leftMicroUsd: 300_000 });
    await settle('open', 50_000);
    expect(await budget.state(scope)).toMatchObject({ spentMicroUsd: 650_000, reservedMicroUsd: 0 });
  });

  it('follows a configuration that changed at a restart', async () => {
    await hold('run', 700_000);
    const restarted = open(database, perDay(750_000), perDay(20 * USD));
    expect(await hold('next', 100_000, 100_000, 'ann', restarted)).toMatchObject({ held: false });
    expect(await hold('small', 50_000, 50_000, 'ann', restarted)).toMatchObject({ held: true });
    expect(await restarted.state({ kind: 'everybody' })).toMatchObject({ reservedMicroUsd: 750_000 });
  });

  it('refuses amounts that are no whole micro-USD', async () => {
    await expect(hold('run', 0.5)).rejects.toThrow(RangeError);
    await expect(hold('run', -1)).rejects.toThrow(RangeError);
    await hold('good', 10);
    await expect(settle('good', Number.NaN)).rejects.toThrow(RangeError);
  });

  it('never lets 64 concurrent people on two connections overspend by one micro-USD', async () => {
    const second = await openDatabase(place.url);
    const cap = 1 * USD;
    const everybody = perDay(cap);
    const budgets = [database, second].map((db) => ({ db, budget: open(db, perDay(cap), everybody) }));
    const results = await Promise.all(
      Array.from({ length: 64 }, async (_, index) => {
        const on = budgets[index % 2] ?? { db: database, budget };
        const result = await hold(`run ${index}`, 70_001, 30_000, `person ${index % 7}`, on.budget, on.db);
        if (result.held && index % 3 === 0)
          await settle(`run ${index}`, result.amountMicroUsd, on.budget, on.db);
        return result.held ? result.amountMicroUsd : 0;
      }),
    );
    const total = results.reduce((sum, amount) => sum + amount, 0);
    expect(total).toBeLessThanOrEqual(cap);
    expect(total).toBeGreaterThan(cap - 30_000);
    const state = await open(database, perDay(cap), everybody).state({ kind: 'everybody' });
    expect(state.spentMicroUsd + state.reservedMicroUsd).toBe(total);
    await second.close();
  });

  it('tells which counter is wrong when somebody meddled with one', async () => {
    await hold('run', 5);
    await database.sql
      .updateTable('bucket')
      .set({ reserved_micro_usd: 6 })
      .where('scope', '=', 'everybody')
      .execute();
    expect(await budget.verify()).toEqual([
      'everybody in 2026-11: 6 micro-USD are reserved, but the entries add up to 5.',
    ]);
    await database.sql
      .updateTable('bucket')
      .set({ reserved_micro_usd: 5 })
      .where('scope', '=', 'everybody')
      .execute();
  });
});
