/** A ledger for tests, with a clock that stands still: holds and settlements in transactions of their own. */

import type {
  Budget,
  CrossingOutbox,
  HoldRequest,
  Scope,
  SettleOptions,
} from '../../../src/core/budget/budget.ts';
import { parseCap } from '../../../src/core/budget/cap.ts';
import { createBudget } from '../../../src/core/budget/ledger.ts';
import { createLinks, type Links } from '../../../src/core/budget/links.ts';
import { scopesOf } from '../../../src/core/budget/scope.ts';
import type { CapDefaults } from '../../../src/core/budget/settings.ts';
import type { Place } from '../../../src/core/chat.ts';
import type { Database } from '../../../src/core/storage/database.ts';
import { createFakeClock, type FakeClock } from '../../fake-clock.ts';

export const BOSS = { personId: 'discord:1', where: 'discord:7/8' };
export const EVERYBODY: Scope = { kind: 'everybody' };

/** A cap as the configuration writes it. */
export function cap(text: string) {
  const parsed = parseCap(text);
  if (!parsed) throw new Error(`not a cap: ${text}`);
  return parsed;
}

export const person = (id: string): Scope => ({ kind: 'person', id });

export interface Ledger {
  readonly budget: Budget;
  readonly links: Links;
  readonly clock: FakeClock;
  /** Micro-USD that were held, or the refusal. */
  hold(
    runId: string,
    amount: number,
    request?: Partial<HoldRequest> & { readonly roles?: readonly string[]; readonly place?: Place },
  ): Promise<Awaited<ReturnType<Budget['hold']>>>;
  settle(runId: string, cost: number, options?: SettleOptions): ReturnType<Budget['settle']>;
  /** Spent, reserved and left of one scope, in that order. */
  counts(scope: Scope): Promise<readonly [number, number, number]>;
}

export interface LedgerOptions {
  readonly database: Database;
  readonly defaults?: Partial<CapDefaults>;
  readonly timezone?: string;
  readonly startAt?: number;
  readonly clock?: FakeClock;
  readonly outbox?: CrossingOutbox;
}

/** Saturday, noon. */
export const NOON = Date.UTC(2026, 10, 21, 12);

/** Without other defaults a person has 1,000 micro-USD a day and everybody 100,000 a month. */
export function openLedger({ database, defaults, timezone = 'UTC', ...options }: LedgerOptions): Ledger {
  const clock = options.clock ?? createFakeClock(options.startAt ?? NOON);
  const caps: CapDefaults = {
    eachPerson: { amountMicroUsd: 1_000, unit: 'day' },
    everybody: { amountMicroUsd: 100_000, unit: 'month' },
    people: new Map(),
    ...defaults,
  };
  const { outbox } = options;
  const budget = createBudget({ database, clock, timezone, defaults: caps, ...(outbox && { outbox }) });
  return {
    budget,
    clock,
    links: createLinks({ database, clock, timezone, defaults: caps }),
    hold(runId, amount, { roles, place, ...request } = {}) {
      const personId = request.personId ?? 'ann';
      const full: HoldRequest = {
        runId,
        personId,
        scopes: scopesOf({ personId, ...(roles && { roles }), ...(place && { place }) }),
        ceilingMicroUsd: amount,
        typicalMicroUsd: amount,
        ...request,
      };
      return refusable(database, (transaction) => budget.hold(transaction, full));
    },
    settle(runId, cost, settled) {
      return database.sql
        .transaction()
        .execute((transaction) => budget.settle(transaction, runId, cost, settled));
    },
    async counts(scope) {
      const { spentMicroUsd, reservedMicroUsd, leftMicroUsd } = await budget.state(scope);
      return [spentMicroUsd, reservedMicroUsd, leftMicroUsd];
    },
  };
}

class Refused extends Error {}

/** Rolls back what was refused, as the run store does. */
async function refusable(
  database: Database,
  take: (transaction: Parameters<Budget['hold']>[0]) => ReturnType<Budget['hold']>,
): ReturnType<Budget['hold']> {
  let result: Awaited<ReturnType<Budget['hold']>> | undefined;
  try {
    return await database.sql.transaction().execute(async (transaction) => {
      result = await take(transaction);
      if (!result.held) throw new Refused('refused');
      return result;
    });
  } catch (error) {
    if (error instanceof Refused && result) return result;
    throw error;
  }
}
