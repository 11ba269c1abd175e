/** What was spent earlier in a period under a cap with another unit is counted by the bucket of the new one. */

import { type ExpressionBuilder, sql, type Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Scope } from './budget.ts';

export interface CarryOver {
  readonly scope: Scope;
  readonly bucketId: number;
  /** When the bucket's period began, ms since the epoch. */
  readonly startsAt: number;
  readonly now: number;
}

/** The scope's holds of the period that the bucket does not know of. */
function isMissing({ scope, bucketId, startsAt }: CarryOver) {
  return ({ and, eb, exists, not, selectFrom }: ExpressionBuilder<Tables, 'hold'>) =>
    and([
      eb('hold.created_at', '>=', startsAt),
      ...(scope.kind === 'person' ? [eb('hold.person_id', '=', scope.id)] : []),
      not(
        exists(
          selectFrom('hold_bucket')
            .select('hold_bucket.bucket_id')
            .whereRef('hold_bucket.run_id', '=', 'hold.run_id')
            .where('hold_bucket.bucket_id', '=', bucketId),
        ),
      ),
    ]);
}

/**
 * Adds the missing holds, open and settled, to a bucket, each with an `adjust` entry, so that changing `1.00 per day` to
 * `5.00 per week` does not forget the days before. Open ones are settled in this bucket, too. Usually there is none.
 */
export async function carryOver(transaction: Transaction<Tables>, options: CarryOver): Promise<void> {
  const { bucketId, now } = options;
  // A write that changes nothing: it waits for holds that are being settled right now, and makes others wait for us.
  await transaction
    .updateTable('hold')
    .set({ state: 'held' })
    .where('hold.state', '=', 'held')
    .where(isMissing(options))
    .execute();
  const added = await transaction
    .insertInto('hold_bucket')
    .columns(['run_id', 'bucket_id'])
    .expression(
      transaction
        .selectFrom('hold')
        .select(['hold.run_id', sql<number>`cast(${bucketId} as bigint)`.as('bucket_id')])
        .where(isMissing(options)),
    )
    .executeTakeFirst();
  if (!added.numInsertedOrUpdatedRows) return;
  await sql`
    insert into entry (at, kind, bucket_id, run_id, actor_id, reserved_micro_usd, spent_micro_usd)
    select cast(${now} as bigint), 'adjust', hold_bucket.bucket_id, hold.run_id, null,
      case when hold.state = 'held' then hold.amount_micro_usd else 0 end, coalesce(hold.cost_micro_usd, 0)
    from hold_bucket join hold on hold.run_id = hold_bucket.run_id
    where hold_bucket.bucket_id = ${bucketId} and not exists (
      select 1 from entry where entry.run_id = hold.run_id and entry.bucket_id = hold_bucket.bucket_id
    )`.execute(transaction);
  await sql`
    update bucket set
      reserved_micro_usd = (select cast(sum(reserved_micro_usd) as bigint) from entry where bucket_id = bucket.id),
      spent_micro_usd = (select cast(sum(spent_micro_usd) as bigint) from entry where bucket_id = bucket.id)
    where id = ${bucketId}`.execute(transaction);
}
