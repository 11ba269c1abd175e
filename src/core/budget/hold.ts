/** Taking a hold: every cap that applies is locked, asked for its room, and charged with the same amount. */

import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Book } from './book.ts';
import type { Bucket } from './bucket-queries.ts';
import type { HoldRequest, HoldResult, Scope } from './budget.ts';
import { limitIn } from './carry-over.ts';
import { changeBuckets } from './change-buckets.ts';
import { ensureBuckets } from './ensure-buckets.ts';
import { joinRuns, lockOpenHolds, sourcesOf } from './join-runs.ts';
import { assertAmount } from './money.ts';
import { type Policy, peopleUnder } from './settings.ts';
import {
  allowanceLeft,
  creditLeft,
  type Filled,
  fillSlot,
  nameOf,
  type Slot,
  slotOf,
  stateOf,
} from './slots.ts';
import { share } from './split.ts';

/** Beyond this many buckets a process forgets which ones it has seen. */
const KEPT_BUCKETS = 50_000;

export interface HoldOptions {
  readonly request: HoldRequest;
  readonly scopes: readonly Scope[];
  /** In the order in which a lack of room is named. */
  readonly policies: readonly Policy[];
  readonly now: number;
}

export type TakeHold = (transaction: Transaction<Tables>, options: HoldOptions) => Promise<HoldResult>;

export function createTakeHold(book: Book): TakeHold {
  const { queries, defaults } = book;
  /** Buckets that others have made and filled, so that nothing is undone when this process rolls back. */
  let seen = new Set<string>();

  /**
   * The first time that this process meets them: the buckets are made, and what was spent earlier in their periods under a
   * cap with another unit is counted in them. Says how much there was to do: it is undone if the caller rolls back.
   */
  async function meet(
    transaction: Transaction<Tables>,
    slots: readonly Slot[],
    lock: () => Promise<readonly Bucket[]>,
    now: number,
  ): Promise<number> {
    let changes = await ensureBuckets(transaction, book, slots);
    const sources = new Map<string, readonly number[]>();
    for (const slot of slots) {
      const { scope, unit } = nameOf(slot);
      const target = { scope, unit, starts_at: slot.period.startsAt };
      const ids = await sourcesOf(transaction, target, peopleUnder(slot.policy));
      if (ids.length > 0) sources.set(scope, ids);
    }
    if (sources.size === 0) return changes;
    // Holds are locked before buckets everywhere, and buckets in their one order.
    await lockOpenHolds(transaction, book.kind, [...sources.values()].flat());
    const buckets = await lock();
    for (const slot of slots) {
      const target = fillSlot(slot, buckets).bucket;
      const sourceIds = sources.get(slot.policy.key);
      if (!target || !sourceIds) continue;
      const personIds = peopleUnder(slot.policy);
      changes += await joinRuns(transaction, { kind: book.kind, target, sourceIds, personIds, now });
    }
    return changes;
  }

  async function lockSlots(
    transaction: Transaction<Tables>,
    slots: readonly Slot[],
    now: number,
  ): Promise<Filled[]> {
    const names = slots.map(nameOf);
    const creditKeys = slots.flatMap(({ policy }) => policy.creditKeys);
    const lock = () => queries.lockBuckets(transaction, { names, creditKeys, now });
    const keys = names.map(({ scope, period }) => `${scope} ${period}`);
    if (!keys.every((key) => seen.has(key))) {
      if (seen.size > KEPT_BUCKETS) seen = new Set();
      const changes = await meet(transaction, slots, lock, now);
      if (changes === 0) for (const key of keys) seen.add(key);
    }
    const rows = await lock();
    return slots.map((slot) => fillSlot(slot, rows));
  }

  /** A cap that has changed since the row was written; everything else is left for when it is needed. */
  async function syncLimit(
    transaction: Transaction<Tables>,
    bucket: Bucket,
    limit: number | null,
  ): Promise<void> {
    if (bucket.limit_micro_usd === limit) return;
    await transaction
      .updateTable('bucket')
      .set({ limit_micro_usd: limit })
      .where('id', '=', bucket.id)
      .execute();
  }

  async function record(
    transaction: Transaction<Tables>,
    { request, scopes, now }: HoldOptions,
    filled: readonly Filled[],
    amount: number,
  ): Promise<void> {
    const changes = [];
    for (const { slot, bucket, credits } of filled) {
      if (!bucket) throw new Error(`the bucket of ${slot.policy.key} is gone`);
      const limit = limitIn(defaults, slot.policy.cap, bucket.carried_micro_usd);
      await syncLimit(transaction, bucket, limit);
      const pots = [
        { bucketId: bucket.id, room: allowanceLeft(limit, bucket) },
        ...credits.map((credit) => ({ bucketId: credit.id, room: creditLeft(credit) })),
      ];
      for (const part of share(amount, pots)) {
        changes.push({ bucketId: part.bucketId, reserved: part.amount, spent: 0 });
      }
    }
    const idOf = (kind: Scope['kind']) =>
      scopes.flatMap((scope) => (scope.kind === kind && 'id' in scope ? scope.id : []))[0] ?? null;
    await queries.insertHold(transaction, {
      run_id: request.runId,
      person_id: request.personId,
      workspace: idOf('workspace'),
      channel: idOf('channel'),
      model: request.model ?? '',
      command: request.command ?? '',
      state: 'held',
      amount_micro_usd: amount,
      cost_micro_usd: null,
      measured: 0,
      created_at: now,
      resolved_at: null,
    });
    await changeBuckets(transaction, queries, { kind: 'hold', runId: request.runId, changes, now });
  }

  return async (transaction, options) => {
    const { request, policies, now } = options;
    assertAmount(request.ceilingMicroUsd);
    assertAmount(request.typicalMicroUsd);
    const filled = await lockSlots(
      transaction,
      policies.map((policy) => slotOf(book, policy, now)),
      now,
    );
    const states = filled.map((each) => stateOf(book, each));
    const needsMicroUsd = Math.min(request.typicalMicroUsd, request.ceilingMicroUsd);
    const state = states.find(({ leftMicroUsd }) => leftMicroUsd < needsMicroUsd);
    if (state) return { held: false, state, needsMicroUsd };
    const amount = Math.min(request.ceilingMicroUsd, ...states.map(({ leftMicroUsd }) => leftMicroUsd));
    await record(transaction, options, filled, amount);
    return { held: true, amountMicroUsd: amount };
  };
}
