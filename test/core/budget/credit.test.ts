import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeCrossing, describeState } from '../../../src/core/budget/describe.ts';
import { nearlyUsed } from '../../../src/core/budget/warnings.ts';
import type { Database } from '../../../src/core/storage/database.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { databaseKinds } from '../storage/databases.ts';
import { BOSS, cap, EVERYBODY, type Ledger, NOON, openLedger, person } from './open-ledger.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ANN = person('ann');

let database: Database;

beforeEach(async () => {
  database = await openDatabase('sqlite::memory:');
});

afterEach(async () => {
  expect(await openLedger({ database }).budget.verify()).toEqual([]);
  await database.close();
});

describe('extra credit', () => {
  let ledger: Ledger;
  beforeEach(() => {
    ledger = openLedger({ database });
  });

  const credit = async () => (await ledger.budget.state(ANN)).creditMicroUsd;

  it("is used after the period's allowance", async () => {
    expect(await ledger.budget.grant(ANN, 500, {}, BOSS)).toMatchObject({
      creditMicroUsd: 500,
      leftMicroUsd: 1_500,
    });
    await ledger.hold('a', 1_000);
    expect(await credit()).toBe(500);
    await ledger.hold('b', 200);
    expect(await credit()).toBe(300);
    expect(await ledger.hold('c', 301)).toMatchObject({
      held: false,
      state: { scope: ANN, leftMicroUsd: 300 },
    });
    await ledger.settle('b', 150);
    expect(await credit()).toBe(350);
    expect(await ledger.counts(ANN)).toEqual([0, 1_000, 350]);
    expect(await ledger.counts(EVERYBODY)).toEqual([150, 1_000, 98_850]);
  });

  it('is given back when the allowance has room again by the end', async () => {
    await ledger.budget.grant(ANN, 500, {}, BOSS);
    await ledger.hold('a', 900);
    await ledger.hold('b', 300);
    expect(await credit()).toBe(300);
    await ledger.settle('a', 100);
    await ledger.settle('b', 300);
    expect(await credit()).toBe(500);
    expect(await ledger.counts(ANN)).toEqual([400, 0, 1_100]);
  });

  it('lasts beyond the period, and pays nothing of what a closed period has left', async () => {
    await ledger.budget.grant(ANN, 500, {}, BOSS);
    await ledger.hold('a', 900);
    await ledger.hold('b', 300);
    await ledger.clock.advance(DAY_MS);
    await ledger.settle('a', 0);
    await ledger.settle('b', 250);
    expect(await credit()).toBe(350);
    expect(await ledger.counts(ANN)).toEqual([0, 0, 1_350]);
  });

  it('that expires first is used first, and none after it expired', async () => {
    await ledger.budget.set(ANN, cap('0 per day'), BOSS);
    await ledger.budget.grant(ANN, 100, {}, BOSS);
    await ledger.budget.grant(ANN, 100, { expiresAt: NOON + 2 * DAY_MS }, BOSS);
    await ledger.budget.grant(ANN, 100, { expiresAt: NOON + DAY_MS }, BOSS);
    await ledger.hold('a', 150);
    await ledger.settle('a', 150);
    await ledger.clock.advance(DAY_MS);
    expect(await credit()).toBe(150);
    await ledger.clock.advance(DAY_MS);
    expect(await credit()).toBe(100);
    expect(await ledger.hold('b', 101)).toMatchObject({ held: false });
    expect(await ledger.hold('b', 100)).toMatchObject({ held: true });
    expect((await ledger.budget.audit({ limit: 1 }))[0]?.after).toBe(
      `$0.0001 until 2026-11-22T12:00:00.000Z`,
    );
  });

  it('is not touched by an overrun: that is the allowance’s', async () => {
    await ledger.budget.grant(ANN, 500, {}, BOSS);
    await ledger.hold('a', 1_000);
    await ledger.settle('a', 1_200);
    expect(await ledger.counts(ANN)).toEqual([1_200, 0, 500]);
  });

  it('stands in what a person reads', async () => {
    await ledger.budget.grant(ANN, 500_000, {}, BOSS);
    expect(describeState(await ledger.budget.state(ANN), NOON, 'UTC')).toBe(
      'Budget: $0.0010 per day, $0 spent today, $0.50 extra credit, $0.50 left. It resets at 00:00 (in 12 h).',
    );
  });
});

describe('what is left over', () => {
  const defaults = { carryOver: 2 };

  it('is added to the next period, up to the factor', async () => {
    const ledger = openLedger({ database, defaults });
    await ledger.hold('a', 900);
    await ledger.settle('a', 300);
    await ledger.clock.advance(DAY_MS);
    expect(await ledger.budget.state(ANN)).toMatchObject({ carriedMicroUsd: 700, leftMicroUsd: 1_700 });
    await ledger.hold('b', 100);
    await ledger.settle('b', 100);
    await ledger.clock.advance(DAY_MS);
    expect(await ledger.counts(ANN)).toEqual([0, 0, 2_000]);
    expect(await ledger.hold('c', 2_001)).toMatchObject({ held: false });
    expect(await ledger.hold('c', 2_000)).toMatchObject({ held: true });
    await ledger.clock.advance(DAY_MS);
    expect(await ledger.counts(ANN)).toEqual([0, 0, 1_000]);
  });

  it('grows by the days on which nobody asked, and is nothing for who never asked', async () => {
    const ledger = openLedger({ database, defaults: { carryOver: 3 } });
    expect(await ledger.counts(ANN)).toEqual([0, 0, 1_000]);
    await ledger.hold('a', 1_000);
    await ledger.settle('a', 1_000);
    await ledger.clock.advance(2 * DAY_MS);
    expect(await ledger.counts(ANN)).toEqual([0, 0, 2_000]);
    await ledger.clock.advance(5 * DAY_MS);
    expect(await ledger.counts(ANN)).toEqual([0, 0, 3_000]);
  });

  it('does not count what is still reserved, nor for a cap that never starts anew', async () => {
    const ledger = openLedger({
      database,
      defaults: { ...defaults, people: new Map([['bob', cap('0.001 once')]]) },
    });
    await ledger.hold('a', 900);
    await ledger.hold('b', 400, { personId: 'bob' });
    await ledger.clock.advance(DAY_MS);
    expect(await ledger.counts(ANN)).toEqual([0, 0, 1_100]);
    expect(await ledger.counts(person('bob'))).toEqual([0, 400, 600]);
  });

  it('is never more than the factor of a cap that was lowered', async () => {
    const ledger = openLedger({ database, defaults });
    await ledger.hold('a', 0);
    await ledger.clock.advance(DAY_MS);
    expect(await ledger.budget.set(ANN, cap('0.0001 per day'), BOSS)).toMatchObject({ leftMicroUsd: 200 });
  });
});

describe('being told', () => {
  it('happens once at 80 % and once at 100 % of a cap, in each period', async () => {
    const ledger = openLedger({ database });
    const spend = async (id: string, cost: number) => {
      await ledger.hold(id, cost);
      return (await ledger.settle(id, cost))?.map(({ scope, percent }) => ({ scope, percent }));
    };
    expect(await spend('a', 799)).toEqual([]);
    expect(await spend('b', 1)).toEqual([{ scope: ANN, percent: 80 }]);
    expect(await spend('c', 100)).toEqual([]);
    expect(await spend('d', 100)).toEqual([{ scope: ANN, percent: 100 }]);
    await ledger.clock.advance(DAY_MS);
    expect(await spend('e', 1_000)).toEqual([{ scope: ANN, percent: 100 }]);
  });

  it.each(databaseKinds)('happens once, whichever process sees it, on $name', async (kind) => {
    const place = await kind.create();
    const opened = await Promise.all([openDatabase(place.url), openDatabase(place.url)]);
    const [first, second] = opened.map((each) => openLedger({ database: each }));
    if (!first || !second) throw new Error('there are two');
    try {
      const runs = Array.from({ length: 20 }, (_, index) => ({
        id: `run ${index}`,
        ledger: index % 2 === 0 ? first : second,
      }));
      for (const { id, ledger } of runs) await ledger.hold(id, 50);
      const told = await Promise.all(runs.map(({ id, ledger }) => ledger.settle(id, 50)));
      expect(told.flatMap((crossings = []) => crossings.map(({ percent }) => percent))).toEqual(
        expect.arrayContaining([80, 100]),
      );
      expect(told.flat()).toHaveLength(2);
      const refused = await first.hold('one more', 1);
      if (refused.held) throw new Error('there was no room');
      expect(await second.budget.usedUp(refused)).toBeUndefined();
    } finally {
      await Promise.all(opened.map((each) => each.close()));
      await place.remove();
    }
  });

  it('happens once when a refusal says that a budget is used up', async () => {
    const ledger = openLedger({ database });
    await ledger.hold('a', 950);
    const waiting = await ledger.hold('b', 100);
    if (waiting.held) throw new Error('there was no room');
    expect(await ledger.budget.usedUp(waiting)).toBeUndefined();
    const [crossing] = (await ledger.settle('a', 950)) ?? [];
    expect(crossing && describeCrossing(crossing, NOON, 'UTC')).toBe(
      'The budget of ann is 80 % used: $0.0009 of $0.0010 spent today. It resets at 00:00 (in 12 h).',
    );
    const refused = await ledger.hold('c', 100);
    if (refused.held) throw new Error('there was no room');
    expect(await ledger.budget.usedUp(refused)).toMatchObject({ scope: ANN, percent: 100 });
    expect(await ledger.budget.usedUp(refused)).toBeUndefined();
    const tooLarge = await ledger.hold('d', 2_000);
    if (tooLarge.held) throw new Error('there was no room');
    expect(await ledger.budget.usedUp(tooLarge)).toBeUndefined();
  });

  it('warns a person of the cap that is nearest to its end', async () => {
    const ledger = openLedger({ database, defaults: { everybody: cap('0.0009 per day') } });
    await ledger.hold('a', 719);
    await ledger.settle('a', 719);
    expect(nearlyUsed(await ledger.budget.states('ann'))).toBeUndefined();
    await ledger.hold('b', 1);
    await ledger.settle('b', 1);
    expect(nearlyUsed(await ledger.budget.states('ann'))).toMatchObject({ scope: EVERYBODY });
  });
});

describe('an estimate', () => {
  it('is learnt from the last fifty runs that succeeded, and lets a hold be smaller', async () => {
    const ledger = openLedger({
      database,
      defaults: { everybody: cap('unlimited'), eachPerson: cap('1 per day') },
    });
    const of = { model: 'llama', command: 'ask' };
    const run = async (id: string, cost: number, typical = true) => {
      await ledger.hold(id, 1_000, of);
      await ledger.settle(id, cost, { typical });
    };
    for (const cost of [9, 1, 2]) await run(`first ${cost}`, cost);
    await run('failed', 700, false);
    await run('fourth', 4);
    expect(await ledger.budget.estimate('llama', 'ask')).toBeUndefined();
    await run('fifth', 3);
    expect(await ledger.budget.estimate('llama', 'ask')).toEqual({
      runs: 5,
      medianMicroUsd: 3,
      percentile95MicroUsd: 9,
    });
    for (let cost = 101; cost <= 160; cost++) await run(`run ${cost}`, cost);
    expect(await ledger.budget.estimate('llama', 'ask')).toEqual({
      runs: 50,
      medianMicroUsd: 135,
      percentile95MicroUsd: 158,
    });
    expect(await ledger.budget.estimate('llama', 'other')).toBeUndefined();
    await ledger.budget.set(ANN, cap('0.008700 per day'), BOSS);
    const left = (await ledger.budget.state(ANN)).leftMicroUsd;
    expect(await ledger.hold('less', 1_000, { ...of, typicalMicroUsd: 900 })).toEqual({
      held: true,
      amountMicroUsd: left,
    });
  });
});
