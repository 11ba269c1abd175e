import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Cap } from '../../../src/core/budget/budget.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { databaseKinds } from '../storage/databases.ts';
import { BOSS, EVERYBODY, openLedger, person } from './open-ledger.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PEOPLE = ['ann', 'bob', 'cat'];

const who = fc.constantFrom(...PEOPLE);
const unit = fc.constantFrom('day', 'week', 'month', 'once');
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('hold' as const), who, ceiling: fc.nat(60), typical: fc.nat(60) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('settle' as const), run: fc.nat(25), cost: fc.nat(70) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.nat(60) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('set' as const), who, unit, amount: fc.nat(200) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('set everybody' as const), unit, amount: fc.nat(400) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('link' as const), who, other: who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unlink' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), unit, amount: fc.nat(200) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Run {
  readonly who: string;
  readonly at: number;
  readonly amount: number;
  cost?: number;
}

/** When the period began, in UTC. */
function startOf(unit: Cap['unit'], now: number): number {
  const today = Math.floor(now / DAY_MS);
  const date = new Date(now);
  switch (unit) {
    case 'day':
      return today * DAY_MS;
    case 'week':
      return (today - ((today + 3) % 7)) * DAY_MS;
    case 'month':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
    case 'once':
      return Number.NEGATIVE_INFINITY;
  }
}

/** What a cap has left is its amount less what its people's runs of the period cost or hold: no more needs to be known. */
async function agree(url: string, steps: readonly Step[]): Promise<void> {
  const database = await openDatabase(url);
  const clock = createFakeClock(Date.UTC(2026, 10, 26, 9));
  let eachPerson: Cap = { amountMicroUsd: 100, unit: 'day' };
  let everybody: Cap = { amountMicroUsd: 250, unit: 'week' };
  const open = () => openLedger({ database, clock, defaults: { eachPerson, everybody: { ...everybody } } });
  let ledger = open();
  const runs: Run[] = [];
  const set = new Map<string, Cap>();
  /** Everybody's account; the first of each is the one that it is named after. */
  let accounts: string[][] = PEOPLE.map((id) => [id]);

  const accountOf = (id: string) => accounts.find((account) => account.includes(id)) ?? [id];
  const capOf = (account: readonly string[]) => {
    const own = account.map((id) => set.get(id)).find((cap) => cap !== undefined);
    return own ?? eachPerson;
  };
  function leftOf(cap: Cap, people: readonly string[]): number {
    const since = startOf(cap.unit, clock.now());
    const used = runs
      .filter((run) => run.at >= since && people.includes(run.who))
      .reduce((sum, run) => sum + (run.cost ?? run.amount), 0);
    return Math.max(0, Number(cap.amountMicroUsd) - used);
  }

  async function take(each: Step): Promise<void> {
    switch (each.do) {
      case 'hold': {
        const account = accountOf(each.who);
        const room = Math.min(leftOf(capOf(account), account), leftOf(everybody, PEOPLE));
        const result = await ledger.hold(`${runs.length}`, each.ceiling, {
          personId: each.who,
          typicalMicroUsd: each.typical,
        });
        expect(result.held).toBe(room >= Math.min(each.ceiling, each.typical));
        if (!result.held) return;
        expect(result.amountMicroUsd).toBe(Math.min(each.ceiling, room));
        runs.push({ who: each.who, at: clock.now(), amount: result.amountMicroUsd });
        return;
      }
      case 'settle': {
        const run = runs[each.run];
        const settled = await ledger.settle(`${each.run}`, each.cost);
        expect(settled !== undefined).toBe(run !== undefined && run.cost === undefined);
        if (run && run.cost === undefined) run.cost = each.cost;
        return;
      }
      case 'wait':
        return clock.advance(each.hours * HOUR_MS);
      case 'set': {
        const cap: Cap = { amountMicroUsd: each.amount, unit: each.unit };
        await ledger.budget.set(person(each.who), cap, BOSS);
        return void set.set(accountOf(each.who)[0] ?? '', cap);
      }
      case 'set everybody':
        everybody = { amountMicroUsd: each.amount, unit: each.unit };
        return void (await ledger.budget.set(EVERYBODY, everybody, BOSS));
      case 'clear':
        await ledger.budget.clear(person(each.who), BOSS);
        set.delete(each.who);
        return void set.delete(accountOf(each.who)[0] ?? '');
      case 'link': {
        const account = accountOf(each.who);
        if (account.includes(each.other) || accountOf(each.other).length > 1) return;
        await ledger.links.finishLink(await ledger.links.startLink(each.who), each.other);
        accounts = accounts.filter((other) => other !== account && !other.includes(each.other));
        return void accounts.push([...account, each.other]);
      }
      case 'unlink': {
        const account = accountOf(each.who);
        if (account.length === 1) return;
        await ledger.links.unlink(each.who);
        accounts = accounts.filter((other) => other !== account);
        return void accounts.push(
          [each.who],
          account.filter((id) => id !== each.who),
        );
      }
      case 'restart':
        eachPerson = { amountMicroUsd: each.amount, unit: each.unit };
        ledger = open();
    }
  }

  try {
    for (const each of steps) await take(each);
    for (const id of PEOPLE) {
      const account = accountOf(id);
      // A cap that changed with the configuration counts what was spent before from the first request on.
      await ledger.hold(`last ${id}`, 0, { personId: id });
      const { leftMicroUsd } = await ledger.budget.state(person(id));
      expect([id, leftMicroUsd]).toEqual([id, leftOf(capOf(account), account)]);
    }
    expect((await ledger.budget.state(EVERYBODY)).leftMicroUsd).toBe(leftOf(everybody, PEOPLE));
    expect(await ledger.budget.verify()).toEqual([]);
  } finally {
    await database.close();
  }
}

it.each(databaseKinds)(
  'counts every run of an account in every period that it is in, on $name',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        if (kind.name === 'SQLite') return agree('sqlite::memory:', steps);
        const place = await kind.create();
        try {
          await agree(place.url, steps);
        } finally {
          await place.remove();
        }
      }),
      { numRuns: kind.name === 'SQLite' ? 40 : 3 },
    );
  },
);
