import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Cap, Scope } from '../../../src/core/budget/budget.ts';
import { parseScopeKey } from '../../../src/core/budget/scope.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { databaseKinds } from '../storage/databases.ts';
import { BrokenOff, breakOff } from './failing-database.ts';
import { BOSS, openLedger } from './open-ledger.ts';
import { createReference, type Rule } from './reference.ts';

const HOUR_MS = 3_600_000;
const PEOPLE = ['ann', 'bob'];
const ROLE = 'role:discord:5';
const CHANNELS = ['channel:discord:1', 'channel:discord:2'];
const SERVER = 'workspace:discord:7';

/** Credit in three lots that expire at different moments, so that which goes first is never a tie. */
const LIVES = [5 * HOUR_MS, 40 * HOUR_MS, undefined];

const scope = fc.constantFrom('person:ann', 'person:bob', ROLE, CHANNELS[0] ?? '', SERVER, 'everybody');
const amount = fc.nat(150);
const hold = fc.record({
  do: fc.constant('hold' as const),
  who: fc.nat(1),
  role: fc.boolean(),
  channel: fc.nat(2),
  ceiling: fc.nat(60),
  typical: fc.nat(60),
});
const settle = fc.record({ do: fc.constant('settle' as const), run: fc.nat(25), cost: fc.nat(80) });
const step = fc.oneof(
  { weight: 8, arbitrary: hold },
  { weight: 6, arbitrary: settle },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('break off' as const),
      at: fc.integer({ min: 1, max: 14 }),
      step: fc.oneof(hold, settle),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('set' as const), scope, amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), scope }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('grant' as const), scope, amount, life: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const), scope }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), scope, paused: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Request = Extract<Step, { do: 'hold' | 'settle' }>;

/** The unit never changes here; `accounts-model.test.ts` does that. */
const RULES = new Map<string, Rule>([
  ['person:ann', { amount: 100, days: 1 }],
  ['person:bob', { amount: 100, days: 1 }],
  [CHANNELS[0] ?? '', { amount: 130, days: 1 }],
  [CHANNELS[1] ?? '', { amount: 130, days: 1 }],
  [SERVER, { amount: 250, days: 7 }],
  ['everybody', { amount: 300, days: 7 }],
]);
const capOf = ({ amount: amountMicroUsd, days }: Rule): Cap => ({
  amountMicroUsd,
  unit: days === 1 ? 'day' : 'week',
});
const cap = (key: string) => capOf(RULES.get(key) ?? { amount: 0, days: 1 });

function scopesIn({ who, role, channel }: Extract<Step, { do: 'hold' }>): string[] {
  const place = CHANNELS[channel];
  return [
    `person:${PEOPLE[who]}`,
    ...(role ? [ROLE] : []),
    ...(place === undefined ? [] : [place, SERVER]),
    'everybody',
  ];
}

async function agree(url: string, steps: readonly Step[], factor: number): Promise<void> {
  const real = await openDatabase(url);
  const failing = breakOff(real);
  // Saturday: the week ends soon.
  const clock = createFakeClock(Date.UTC(2026, 10, 21, 9));
  const open = () =>
    openLedger({
      database: failing.database,
      clock,
      defaults: {
        eachPerson: cap('person:ann'),
        eachChannel: cap(CHANNELS[0] ?? ''),
        workspaces: new Map([['discord:7', cap(SERVER)]]),
        everybody: cap('everybody'),
        carryOver: factor,
      },
    });
  let ledger = open();
  const reference = createReference(RULES, factor);
  let holds = 0;

  async function request(each: Request): Promise<void> {
    const now = clock.now();
    if (each.do === 'settle') {
      const result = await ledger.settle(`${each.run}`, each.cost);
      expect(result !== undefined).toBe(reference.settle(`${each.run}`, each.cost, now));
      return;
    }
    const scopes = scopesIn(each);
    const result = await ledger.hold(`${holds}`, each.ceiling, {
      personId: PEOPLE[each.who] ?? '',
      scopes: scopes.map(parseScopeKey),
      typicalMicroUsd: each.typical,
    });
    const expected = reference.hold(`${holds}`, scopes, each.ceiling, each.typical, now);
    if (typeof expected === 'number') holds++;
    const said = result.held ? result.amountMicroUsd : result.pause ? result.pause.scope : result.state.scope;
    expect(said).toEqual(typeof expected === 'number' ? expected : parseScopeKey(expected));
  }

  /** Whatever was going on, nothing of it has happened; or it was over before that many statements. */
  async function breakingOff(each: Request, at: number): Promise<void> {
    failing.failAt(at);
    try {
      await request(each);
    } catch (error) {
      if (!(error instanceof BrokenOff)) throw error;
    } finally {
      failing.heal();
    }
  }

  async function change(
    scope: Scope,
    each: Exclude<Step, Request | { do: 'break off' | 'wait' | 'restart' }>,
  ) {
    const { budget } = ledger;
    const now = clock.now();
    const capped = reference.current(each.scope, now) !== undefined;
    switch (each.do) {
      case 'set': {
        const rule: Rule = { amount: each.amount, days: RULES.get(each.scope)?.days ?? 1 };
        await budget.set(scope, capOf(rule), BOSS);
        return reference.change(each.scope, rule, now);
      }
      case 'clear':
        await budget.clear(scope, BOSS);
        reference.rules.delete(each.scope);
        return void reference.current(each.scope, now, true);
      case 'grant': {
        const life = LIVES[each.life];
        if (!capped) return;
        await budget.grant(scope, each.amount, life === undefined ? {} : { expiresAt: now + life }, BOSS);
        return reference.grant(each.scope, each.amount, now, life);
      }
      case 'reset':
        if (!capped) return;
        await budget.reset(scope, BOSS);
        return reference.reset(each.scope, now);
      case 'pause':
        await (each.paused ? budget.pause(scope, BOSS) : budget.resume(scope, BOSS));
        if (each.paused) reference.paused.add(each.scope);
        else reference.paused.delete(each.scope);
    }
  }

  try {
    for (const each of steps) {
      if (each.do === 'wait') await clock.advance(each.hours * HOUR_MS);
      else if (each.do === 'restart') ledger = open();
      else if (each.do === 'hold' || each.do === 'settle') await request(each);
      else if (each.do === 'break off') await breakingOff(each.step, each.at);
      else await change(parseScopeKey(each.scope), each);
    }
    for (const key of [...RULES.keys(), ROLE]) {
      const now = clock.now();
      if (!reference.current(key, now)) continue;
      const state = await ledger.budget.state(parseScopeKey(key));
      const pot = reference.current(key, now);
      expect([key, state.spentMicroUsd + state.reservedMicroUsd]).toEqual([key, pot && reference.used(pot)]);
      expect([key, state.creditMicroUsd]).toEqual([key, reference.credit(key, now)]);
      expect([key, state.leftMicroUsd]).toEqual([key, reference.left(key, now)]);
    }
    expect(await ledger.budget.verify()).toEqual([]);
  } finally {
    await real.close();
  }
}

const history = fc.tuple(fc.array(step, { minLength: 10, maxLength: 60 }), fc.constantFrom(1, 1.5, 2));

it.each(databaseKinds)(
  'agrees with a list of runs, whatever happens in whatever order, on $name',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(history, async ([steps, factor]) => {
        if (kind.name === 'SQLite') return agree('sqlite::memory:', steps, factor);
        const place = await kind.create();
        try {
          await agree(place.url, steps, factor);
        } finally {
          await place.remove();
        }
      }),
      { numRuns: kind.name === 'SQLite' ? 40 : 3 },
    );
  },
);
