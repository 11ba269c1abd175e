/** Bucket rows are made on first use, in one fixed order, before any row of another table is locked. */

import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Book } from './book.ts';
import type { Bucket } from './bucket-queries.ts';
import { carriedInto, limitIn } from './carry-over.ts';
import { rankOf } from './scope.ts';
import { nameOf, type Slot } from './slots.ts';

/** Makes the buckets that are missing, with what is carried over. Says how many: they are gone again if the caller rolls back. */
export async function ensureBuckets(
  transaction: Transaction<Tables>,
  book: Book,
  slots: readonly Slot[],
): Promise<number> {
  const rows = [];
  for (const slot of slots) {
    const { policy, period } = slot;
    const carried = await carriedInto(transaction, book, slot);
    rows.push({
      ...nameOf(slot),
      rank: rankOf(policy.scope),
      starts_at: period.startsAt,
      ends_at: period.endsAt ?? null,
      limit_micro_usd: limitIn(book.defaults, policy.cap, carried),
      carried_micro_usd: carried,
      reserved_micro_usd: 0,
      spent_micro_usd: 0,
      warned: 0,
    });
  }
  const made = await transaction
    .insertInto('bucket')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['scope', 'unit', 'period']).doNothing())
    .executeTakeFirst();
  return Number(made.numInsertedOrUpdatedRows ?? 0n);
}

/** One slot's bucket, made if it is missing; not locked. */
export async function ensureBucket(
  transaction: Transaction<Tables>,
  book: Book,
  slot: Slot,
): Promise<Bucket> {
  await ensureBuckets(transaction, book, [slot]);
  return transaction
    .selectFrom('bucket')
    .selectAll()
    .where(({ and }) => and({ ...nameOf(slot) }))
    .executeTakeFirstOrThrow();
}
