import { expect, it } from 'vitest';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { cap, openLedger, person } from './open-ledger.ts';

const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 4 * QUARTER_MS;

/** Zones and the moments at which their clocks are put forward and back in 2026. */
const CHANGES = [
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  // At midnight: a day without a first hour, and an evening that is lived twice.
  ['America/Santiago', '2026-09-06T04:00Z'],
  ['America/Santiago', '2026-04-05T03:00Z'],
  // By half an hour.
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
] as const;

it.each(CHANGES)(
  'counts every request in the day of its wall clock in %s around %s',
  async (timezone, moment) => {
    const change = Date.parse(moment);
    const wall = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' });
    const offset = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
    expect(offset.format(change - 1)).not.toBe(offset.format(change));
    const database = await openDatabase('sqlite::memory:');
    const ledger = openLedger({
      database,
      timezone,
      startAt: change - 26 * HOUR_MS,
      defaults: { eachPerson: cap('1 per day') },
    });
    const requests = new Map<string, number>();
    try {
      while (ledger.clock.now() <= change + 26 * HOUR_MS) {
        const day = wall.format(ledger.clock.now());
        const count = (requests.get(day) ?? 0) + 1;
        requests.set(day, count);
        const id = `run ${ledger.clock.now()}`;
        await ledger.hold(id, 9);
        // Settled after the next step: it belongs to the day in which it was taken all the same.
        expect(await ledger.budget.state(person('ann'))).toMatchObject({
          spentMicroUsd: count - 1,
          reservedMicroUsd: 9,
        });
        await ledger.settle(id, 1);
        await ledger.clock.advance(QUARTER_MS);
      }
      expect(await ledger.budget.verify()).toEqual([]);
      expect(requests.size).toBeGreaterThanOrEqual(3);
    } finally {
      await database.close();
    }
  },
);

it('settles in the day of the hold what was reserved in the hour that is lived twice', async () => {
  const database = await openDatabase('sqlite::memory:');
  const startAt = Date.parse('2026-04-05T02:30Z');
  const ledger = openLedger({ database, timezone: 'America/Santiago', startAt });
  await ledger.hold('first time 23:30', 400);
  await ledger.clock.advance(HOUR_MS);
  await ledger.hold('second time 23:30', 400);
  expect(await ledger.counts(person('ann'))).toEqual([0, 800, 200]);
  await ledger.clock.advance(HOUR_MS);
  expect(await ledger.counts(person('ann'))).toEqual([0, 0, 1_000]);
  await ledger.settle('first time 23:30', 300);
  await ledger.settle('second time 23:30', 300);
  expect(await ledger.counts(person('ann'))).toEqual([0, 0, 1_000]);
  const spent = await database.sql
    .selectFrom('bucket')
    .select(['period', 'spent_micro_usd'])
    .where('unit', '=', 'day')
    .execute();
  expect(spent).toEqual([{ period: '2026-04-04', spent_micro_usd: 600 }]);
  await database.close();
});
