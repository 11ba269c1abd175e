/** When accounts are linked or unlinked, what people spent in the open periods is counted under another name. */

import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Book } from './book.ts';
import { type Bucket, endsAfter } from './bucket-queries.ts';
import type { Scope } from './budget.ts';
import { ensureBucket } from './ensure-buckets.ts';
import { joinRuns, leaveRuns, lockOpenHolds, sourcesOf } from './join-runs.ts';
import { scopeKey } from './scope.ts';
import { peopleUnder, readSettings } from './settings.ts';
import { slotOf } from './slots.ts';

export interface Move {
  /** Whose runs. */
  readonly personIds: readonly string[];
  /** Person ids under which money is counted. */
  readonly from: string;
  readonly to: string;
  readonly now: number;
}

/**
 * The same period under another name, where the runs that leave a bucket go on being counted: whatever unit the cap there
 * has later, they are found. It has no limit until it is in force.
 */
async function mirrorOf(transaction: Transaction<Tables>, bucket: Bucket, scope: string): Promise<Bucket> {
  const { rank, unit, period, starts_at, ends_at } = bucket;
  await transaction
    .insertInto('bucket')
    .values({
      ...{ scope, rank, unit, period, starts_at, ends_at },
      limit_micro_usd: null,
      carried_micro_usd: 0,
      reserved_micro_usd: 0,
      spent_micro_usd: 0,
      warned: 0,
    })
    .onConflict((conflict) => conflict.columns(['scope', 'unit', 'period']).doNothing())
    .execute();
  return transaction
    .selectFrom('bucket')
    .selectAll()
    .where(({ and }) => and({ scope, unit, period }))
    .executeTakeFirstOrThrow();
}

/** The links are written already, and nobody takes a hold meanwhile. */
export async function moveRuns(transaction: Transaction<Tables>, book: Book, move: Move): Promise<void> {
  const { personIds, from, to, now } = move;
  const { kind } = book;
  const scope: Scope = { kind: 'person', id: to };
  const [setting] = await readSettings(transaction, book.defaults, [scope]);
  const policy = setting?.policy;
  if (!policy) return;
  const target = await ensureBucket(transaction, book, slotOf(book, policy, now));
  const people = peopleUnder(policy);
  const sourceIds = await sourcesOf(transaction, target, people);
  // A person's own name keeps its runs: nobody looks there while they are linked.
  const leaving = personIds.filter((id) => id !== from);
  const left = await transaction
    .selectFrom('bucket')
    .selectAll()
    .where('scope', '=', scopeKey({ kind: 'person', id: from }))
    .where('unit', '!=', 'credit')
    .where(endsAfter(now))
    .orderBy('id')
    .execute();
  await lockOpenHolds(transaction, kind, [...sourceIds, ...left.map(({ id }) => id)]);
  await joinRuns(transaction, { kind, target, sourceIds, personIds: people, now });
  if (leaving.length === 0) return;
  for (const bucket of left) {
    const mirror = await mirrorOf(transaction, bucket, scopeKey(scope));
    await joinRuns(transaction, { kind, target: mirror, sourceIds: [bucket.id], personIds: leaving, now });
    await leaveRuns(transaction, { kind, target: bucket, personIds: leaving, now });
  }
}
