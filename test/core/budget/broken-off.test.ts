import { expect, it } from 'vitest';
import type { Place } from '../../../src/core/chat.ts';
import { createRunStore, type RunStore } from '../../../src/core/runs/store.ts';
import type { Database } from '../../../src/core/storage/database.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { createWarningOutbox } from '../../../src/core/warning-outbox.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { databaseKinds } from '../storage/databases.ts';
import { BrokenOff, breakOff } from './failing-database.ts';
import { BOSS, cap, type Ledger, NOON, openLedger, person } from './open-ledger.ts';

const HERE: Place = { surface: 'discord', workspace: '7', channel: '8', direct: false };
const ROLES = ['discord:5'];
const EVENT = 'event';

function admit(store: RunStore, ledger: Ledger, id: string) {
  return store.admit(
    {
      id,
      personId: 'ann',
      roles: ROLES,
      surface: 'discord',
      place: HERE,
      command: 'ask',
      plan: {
        label: 'llama',
        model: 'meta/llama',
        input: {},
        presenter: 'text',
        cost: { by: 'second', microUsdPerSecond: 10, deadlineSeconds: 70, typicalSeconds: 20 },
      },
      replyRef: { surface: 'discord' },
      createdAt: ledger.clock.now(),
    },
    `${EVENT} ${id}`,
    { atOnce: 5, queue: 0 },
  );
}

/** Everything that counts money or decides once. */
async function contents({ sql }: Database): Promise<unknown> {
  return {
    events: await sql.selectFrom('event').selectAll().orderBy('id').execute(),
    runs: await sql.selectFrom('run').selectAll().orderBy('id').execute(),
    holds: await sql.selectFrom('hold').selectAll().orderBy('run_id').execute(),
    // Identity columns count on in Postgres, whatever is rolled back.
    entries: (await sql.selectFrom('entry').selectAll().orderBy('id').execute()).map(
      ({ id, ...entry }) => entry,
    ),
    buckets: await sql.selectFrom('bucket').selectAll().orderBy('id').execute(),
    estimates: await sql.selectFrom('estimate').selectAll().execute(),
    warnings: await sql.selectFrom('admin_warning').select(['channel', 'crossing']).orderBy('id').execute(),
  };
}

it.each(databaseKinds)('is all or nothing wherever admit or settle breaks off, on $name', async (kind) => {
  const place = await kind.create();
  const real = await openDatabase(place.url);
  const failing = breakOff(real);
  const clock = createFakeClock(NOON);
  const ledger = openLedger({
    database: failing.database,
    clock,
    outbox: createWarningOutbox({
      database: failing.database,
      clock,
      owner: 'test',
      channels: ['discord:7', 'slack:C0'],
      serves: () => true,
    }),
    defaults: {
      eachChannel: cap('0.1 per day'),
      eachWorkspace: cap('0.1 per week'),
      roles: new Map([['discord:5', cap('0.1 per month')]]),
      carryOver: 2,
    },
  });
  const { budget } = ledger;
  const store = createRunStore({ database: failing.database, budget, clock, owner: 'test', leaseMs: 60_000 });
  // The person's allowance pays a part and credit the rest, so that every kind of statement occurs.
  await budget.grant(person('ann'), 5_000, {}, BOSS);
  const settlement = { costMicroUsd: 650, outcome: 'succeeded', endedAt: clock.now() } as const;
  try {
    for (const [round, id] of ['first', 'second'].entries()) {
      const steps = [() => admit(store, ledger, id), () => store.settle(id, settlement)];
      for (const step of steps) {
        const before = await contents(real);
        let statements = 0;
        for (;;) {
          failing.failAt(++statements);
          const done = await step().then(
            () => true,
            (error: unknown) => {
              if (error instanceof BrokenOff) return false;
              throw error;
            },
          );
          if (!failing.heal() && done) break;
          expect(await contents(real)).toEqual(before);
        }
        expect(statements).toBeGreaterThan(5);
        expect(await contents(real)).not.toEqual(before);
        expect(await budget.verify()).toEqual([]);
      }
      expect((await ledger.counts(person('ann'))).slice(0, 2)).toEqual(
        [
          [650, 0],
          [1_000, 0],
        ][round],
      );
    }
    expect(await budget.state(person('ann'))).toMatchObject({ creditMicroUsd: 4_700 });
    expect((await real.sql.selectFrom('admin_warning').select('channel').execute()).length).toBe(2);
  } finally {
    await real.close();
    await place.remove();
  }
});
