/** The budget over the database: caps, holds and settlements, see budget.ts for what each promises. */

import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import { lockUntilCommit } from '../storage/advisory-lock.ts';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import { ensureBuckets, findBuckets, lockBuckets, type Slot } from './buckets.ts';
import type { Budget, Cap, CapState, Scope } from './budget.ts';
import { carryOver } from './carry-over.ts';
import { stateOf, takeHold } from './hold.ts';
import { assertAmount } from './money.ts';
import { createPeriods } from './periods.ts';
import { type CapDefaults, readPolicies, writePolicy } from './policies.ts';
import { scopeKey } from './scope.ts';
import { settleHold } from './settle.ts';
import { findDifferences } from './verify.ts';

export interface BudgetOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** IANA name of the zone whose calendar the periods follow. */
  readonly timezone: string;
  /** What is in force where no admin has set a cap. */
  readonly defaults: CapDefaults;
}

const EVERYBODY: Scope = { kind: 'everybody' };

/** Throws a RangeError when there is no such time zone. Take no hold in a transaction that settles another one. */
export function createBudget({ database, clock, timezone, defaults }: BudgetOptions): Budget {
  const periods = createPeriods(timezone);

  async function slotsOf(sql: Kysely<Tables>, scopes: readonly Scope[], now: number): Promise<Slot[]> {
    const policies = await readPolicies(sql, defaults, scopes);
    return policies.map((policy) => ({ policy, period: periods.at(policy.cap.unit, now) }));
  }

  async function statesOf(scopes: readonly Scope[]): Promise<CapState[]> {
    const slots = await slotsOf(database.sql, scopes, clock.now());
    const buckets = await findBuckets(database.sql, slots);
    return slots.map((slot, index) => stateOf(slot, buckets[index]));
  }

  /** Holds share the policies, so that no cap changes under them; who sets one has them alone. */
  function lockPolicies(transaction: Transaction<Tables>, mode: 'shared' | 'alone'): Promise<void> {
    return lockUntilCommit(transaction, { kind: database.kind, name: 'budget policies', mode });
  }

  async function setCap(
    transaction: Transaction<Tables>,
    change: { readonly scope: Scope; readonly cap: Cap; readonly actorId: string; readonly now: number },
  ): Promise<CapState> {
    const { scope, actorId, now } = change;
    await lockPolicies(transaction, 'alone');
    const [before] = await readPolicies(transaction, defaults, [scope]);
    await writePolicy(transaction, change);
    await transaction
      .insertInto('audit')
      .values({
        at: now,
        actor_id: actorId,
        action: 'set budget',
        scope: scopeKey(scope),
        before: before ? JSON.stringify(before.cap) : null,
        after: JSON.stringify(change.cap),
      })
      .execute();
    const slots = await slotsOf(transaction, [scope], now);
    await ensureBuckets(transaction, slots, now);
    for (const [index, bucket] of (await findBuckets(transaction, slots)).entries()) {
      const startsAt = slots[index]?.period.startsAt;
      if (bucket && startsAt !== undefined) {
        await carryOver(transaction, { scope, bucketId: bucket.id, startsAt, now });
      }
    }
    const [bucket] = await lockBuckets(transaction, slots);
    const [slot] = slots;
    if (!slot) throw new Error('a scope has exactly one cap in force');
    return stateOf(slot, bucket);
  }

  return {
    async hold(transaction, request) {
      const now = clock.now();
      await lockPolicies(transaction, 'shared');
      const slots = await slotsOf(transaction, [{ kind: 'person', id: request.personId }, EVERYBODY], now);
      return takeHold(transaction, { request, slots, now });
    },
    settle(transaction, runId, costMicroUsd) {
      return settleHold(transaction, { runId, costMicroUsd, now: clock.now() });
    },
    states(personId) {
      return statesOf([{ kind: 'person', id: personId }, EVERYBODY]);
    },
    async state(scope) {
      const [state] = await statesOf([scope]);
      if (!state) throw new Error('a scope has exactly one cap in force');
      return state;
    },
    async set(scope, cap, actorId) {
      if (cap.amountMicroUsd !== 'unlimited') assertAmount(cap.amountMicroUsd);
      return database.sql
        .transaction()
        .execute((transaction) => setCap(transaction, { scope, cap, actorId, now: clock.now() }));
    },
    verify() {
      return database.sql.transaction().setIsolationLevel('repeatable read').execute(findDifferences);
    },
  };
}
