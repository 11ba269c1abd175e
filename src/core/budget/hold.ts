/** Taking a hold: every cap that applies is locked, asked for its room, and charged with the same amount. */

import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import { type Bucket, ensureBuckets, lockBuckets, type Slot } from './buckets.ts';
import type { CapState, HoldRequest, HoldResult } from './budget.ts';
import { assertAmount } from './money.ts';

/** How a slot stands; without a bucket nothing was spent in it yet. */
export function stateOf({ policy, period }: Slot, bucket: Bucket | undefined): CapState {
  const { scope, cap, source } = policy;
  const spentMicroUsd = bucket?.spent_micro_usd ?? 0;
  const reservedMicroUsd = bucket?.reserved_micro_usd ?? 0;
  const leftMicroUsd =
    cap.amountMicroUsd === 'unlimited'
      ? Number.POSITIVE_INFINITY
      : Math.max(0, cap.amountMicroUsd - spentMicroUsd - reservedMicroUsd);
  return {
    scope,
    cap,
    source,
    spentMicroUsd,
    reservedMicroUsd,
    leftMicroUsd,
    ...(period.endsAt === undefined ? {} : { resetsAt: period.endsAt }),
  };
}

async function record(
  transaction: Transaction<Tables>,
  options: {
    readonly request: HoldRequest;
    readonly bucketIds: readonly number[];
    readonly amount: number;
    readonly now: number;
  },
): Promise<void> {
  const { request, bucketIds, amount, now } = options;
  await transaction
    .updateTable('bucket')
    .set((set) => ({ reserved_micro_usd: set('reserved_micro_usd', '+', amount) }))
    .where('id', 'in', bucketIds)
    .execute();
  await transaction
    .insertInto('hold')
    .values({
      run_id: request.runId,
      person_id: request.personId,
      state: 'held',
      amount_micro_usd: amount,
      cost_micro_usd: null,
      created_at: now,
      resolved_at: null,
    })
    .execute();
  await transaction
    .insertInto('hold_bucket')
    .values(bucketIds.map((bucket_id) => ({ run_id: request.runId, bucket_id })))
    .execute();
  await transaction
    .insertInto('entry')
    .values(
      bucketIds.map((bucket_id) => ({
        at: now,
        kind: 'hold',
        bucket_id,
        run_id: request.runId,
        actor_id: null,
        reserved_micro_usd: amount,
        spent_micro_usd: 0,
      })),
    )
    .execute();
}

/** Holds under every slot, the hottest last; the first slot without room for the typical cost refuses. */
export async function takeHold(
  transaction: Transaction<Tables>,
  options: { readonly request: HoldRequest; readonly slots: readonly Slot[]; readonly now: number },
): Promise<HoldResult> {
  const { request, slots, now } = options;
  assertAmount(request.ceilingMicroUsd);
  assertAmount(request.typicalMicroUsd);
  await ensureBuckets(transaction, slots, now);
  const buckets = await lockBuckets(transaction, slots);
  const states = slots.map((slot, index) => stateOf(slot, buckets[index]));
  const needsMicroUsd = Math.min(request.typicalMicroUsd, request.ceilingMicroUsd);
  const state = states.find(({ leftMicroUsd }) => leftMicroUsd < needsMicroUsd);
  if (state) return { held: false, state, needsMicroUsd };
  const amount = Math.min(request.ceilingMicroUsd, ...states.map(({ leftMicroUsd }) => leftMicroUsd));
  await record(transaction, { request, bucketIds: buckets.map(({ id }) => id), amount, now });
  return { held: true, amountMicroUsd: amount };
}
