import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBudget } from '../../../src/core/budget/ledger.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { createFakeClock } from '../../fake-clock.ts';

const DAY_MS = 86_400_000;
const people = fc.constantFrom('ann', 'bob');

const step = fc.oneof(
  fc.record({ do: fc.constant('hold' as const), who: people, ceiling: fc.nat(60), typical: fc.nat(60) }),
  fc.record({ do: fc.constant('settle' as const), run: fc.nat(20), cost: fc.nat(80) }),
  fc.record({ do: fc.constant('wait' as const), hours: fc.nat(30) }),
  fc.record({ do: fc.constant('set' as const), who: people, amount: fc.nat(150) }),
);

interface ModelHold {
  readonly who: string;
  readonly day: number;
  readonly amount: number;
  cost?: number;
}

it('agrees with a list of holds, whatever happens in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const database = await openDatabase('sqlite::memory:');
      const clock = createFakeClock(Date.UTC(2026, 10, 21));
      const defaults = {
        eachPerson: { amountMicroUsd: 100, unit: 'day' },
        everybody: { amountMicroUsd: 150, unit: 'day' },
        people: new Map(),
      } as const;
      const budget = createBudget({ database, clock, timezone: 'UTC', defaults });
      const limits = new Map<string, number>();
      const holds: ModelHold[] = [];
      const today = () => Math.floor(clock.now() / DAY_MS);
      const used = (who?: string) =>
        holds
          .filter((hold) => hold.day === today() && (who === undefined || hold.who === who))
          .reduce((sum, hold) => sum + (hold.cost ?? hold.amount), 0);
      try {
        for (const each of steps) {
          if (each.do === 'wait') await clock.advance(each.hours * 3_600_000);
          if (each.do === 'set') {
            limits.set(each.who, each.amount);
            await budget.set(
              { kind: 'person', id: each.who },
              { amountMicroUsd: each.amount, unit: 'day' },
              { personId: 'boss' },
            );
          }
          if (each.do === 'hold') {
            const rooms = [(limits.get(each.who) ?? 100) - used(each.who), 150 - used()];
            const room = Math.max(0, Math.min(...rooms));
            const expected = Math.min(each.ceiling, room);
            const held = room >= Math.min(each.typical, each.ceiling);
            const result = await database.sql.transaction().execute((transaction) =>
              budget.hold(transaction, {
                runId: `${holds.length}`,
                personId: each.who,
                ceilingMicroUsd: each.ceiling,
                typicalMicroUsd: each.typical,
              }),
            );
            expect(result.held).toBe(held);
            if (result.held) {
              expect(result.amountMicroUsd).toBe(expected);
              holds.push({ who: each.who, day: today(), amount: expected });
            }
          }
          if (each.do === 'settle') {
            const hold = holds[each.run];
            const first = hold !== undefined && hold.cost === undefined;
            const settled = await database.sql
              .transaction()
              .execute((transaction) => budget.settle(transaction, `${each.run}`, each.cost));
            expect(settled !== undefined).toBe(first);
            if (hold && first) hold.cost = each.cost;
          }
        }
        const state = await budget.state({ kind: 'everybody' });
        expect(state.spentMicroUsd + state.reservedMicroUsd).toBe(used());
        expect(await budget.verify()).toEqual([]);
      } finally {
        await database.close();
      }
    }),
    { numRuns: 60, seed: 7 },
  );
});
