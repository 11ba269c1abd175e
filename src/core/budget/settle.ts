/** Settling a hold: once, in every bucket it was taken in, with what the run really cost. */

import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import { assertAmount } from './money.ts';
import { EVERYBODY_KEY } from './scope.ts';

/** In the order in which holds lock them: the bucket of everybody last. */
async function bucketsOf(transaction: Transaction<Tables>, runId: string): Promise<number[]> {
  const rows = await transaction
    .selectFrom('hold_bucket')
    .innerJoin('bucket', 'bucket.id', 'hold_bucket.bucket_id')
    .select(['bucket.id', 'bucket.scope'])
    .where('hold_bucket.run_id', '=', runId)
    .orderBy('bucket.id')
    .execute();
  const last = ({ scope }: { readonly scope: string }) => (scope === EVERYBODY_KEY ? 1 : 0);
  return rows.toSorted((a, b) => last(a) - last(b)).map(({ id }) => id);
}

/** False, and nothing is changed, when there is no open hold of this run. */
export async function settleHold(
  transaction: Transaction<Tables>,
  options: { readonly runId: string; readonly costMicroUsd: number; readonly now: number },
): Promise<boolean> {
  const { runId, costMicroUsd, now } = options;
  assertAmount(costMicroUsd);
  const hold = await transaction
    .updateTable('hold')
    .set({ state: 'settled', cost_micro_usd: costMicroUsd, resolved_at: now })
    .where('run_id', '=', runId)
    .where('state', '=', 'held')
    .returning('amount_micro_usd')
    .executeTakeFirst();
  if (!hold) return false;
  const bucketIds = await bucketsOf(transaction, runId);
  for (const bucketId of bucketIds) {
    await transaction
      .updateTable('bucket')
      .set((set) => ({
        reserved_micro_usd: set('reserved_micro_usd', '-', hold.amount_micro_usd),
        spent_micro_usd: set('spent_micro_usd', '+', costMicroUsd),
      }))
      .where('id', '=', bucketId)
      .execute();
  }
  await transaction
    .insertInto('entry')
    .values(
      bucketIds.map((bucket_id) => ({
        at: now,
        kind: costMicroUsd === 0 ? 'release' : 'settle',
        bucket_id,
        run_id: runId,
        actor_id: null,
        reserved_micro_usd: -hold.amount_micro_usd,
        spent_micro_usd: costMicroUsd,
      })),
    )
    .execute();
  return true;
}
