/** Bucket rows, one scope's counters in one period: made on first use, locked in one fixed order. */

import type { Kysely, Selectable, Transaction } from 'kysely';
import type { BucketTable, Tables } from '../storage/tables.ts';
import { carryOver } from './carry-over.ts';
import type { Period } from './periods.ts';
import { limitOf, type Policy } from './policies.ts';

export type Bucket = Selectable<BucketTable>;

/** A cap in force and the period it counts in now. */
export interface Slot {
  readonly policy: Policy;
  readonly period: Period;
}

function isOf({ policy, period }: Slot, bucket: Bucket): boolean {
  return bucket.scope === policy.key && bucket.unit === policy.cap.unit && bucket.period === period.key;
}

/** The bucket of each slot, in the same order; undefined where there was no request in this period yet. */
export async function findBuckets(
  sql: Kysely<Tables>,
  slots: readonly Slot[],
): Promise<(Bucket | undefined)[]> {
  const rows = await sql
    .selectFrom('bucket')
    .selectAll()
    .where(({ or, and }) =>
      or(
        slots.map(({ policy, period }) =>
          and({ scope: policy.key, unit: policy.cap.unit, period: period.key }),
        ),
      ),
    )
    .execute();
  return slots.map((slot) => rows.find((row) => isOf(slot, row)));
}

async function insertBucket(
  transaction: Transaction<Tables>,
  { policy, period }: Slot,
): Promise<number | undefined> {
  const row = await transaction
    .insertInto('bucket')
    .values({
      scope: policy.key,
      unit: policy.cap.unit,
      period: period.key,
      starts_at: period.startsAt,
      ends_at: period.endsAt ?? null,
      limit_micro_usd: limitOf(policy.cap),
      reserved_micro_usd: 0,
      spent_micro_usd: 0,
    })
    .onConflict((conflict) => conflict.columns(['scope', 'unit', 'period']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id;
}

/** Makes the buckets that are missing. All of them before any row of another table is locked, lest two wait for each other. */
export async function ensureBuckets(
  transaction: Transaction<Tables>,
  slots: readonly Slot[],
  now: number,
): Promise<void> {
  const found = await findBuckets(transaction, slots);
  const made: { readonly bucketId: number; readonly slot: Slot }[] = [];
  for (const [index, slot] of slots.entries()) {
    if (found[index]) continue;
    const bucketId = await insertBucket(transaction, slot);
    if (bucketId !== undefined) made.push({ bucketId, slot });
  }
  for (const { bucketId, slot } of made) {
    await carryOver(transaction, { bucketId, scope: slot.policy.scope, startsAt: slot.period.startsAt, now });
  }
}

/**
 * Locks the slots' buckets until the transaction ends, in the order given, and brings their limits up to date. The bucket of
 * everybody comes last everywhere: every request waits for it, so it is held for the shortest time.
 */
export async function lockBuckets(
  transaction: Transaction<Tables>,
  slots: readonly Slot[],
): Promise<Bucket[]> {
  const buckets: Bucket[] = [];
  for (const { policy, period } of slots) {
    buckets.push(
      await transaction
        .updateTable('bucket')
        .set({ limit_micro_usd: limitOf(policy.cap) })
        .where('scope', '=', policy.key)
        .where('unit', '=', policy.cap.unit)
        .where('period', '=', period.key)
        .returningAll()
        .executeTakeFirstOrThrow(),
    );
  }
  return buckets;
}
