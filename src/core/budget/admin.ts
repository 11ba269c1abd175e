/** Credit, resets and pauses by admins. Each change leaves an audit row. */

import { randomUUID } from 'node:crypto';
import { writeAudit } from './audit.ts';
import { endsAfter } from './bucket-queries.ts';
import type { CapState } from './budget.ts';
import { type AdminChange, changeAlone, settingOf, stateAfter, withoutCap } from './change.ts';
import { ensureBuckets } from './ensure-buckets.ts';
import { formatUsdExactly } from './money.ts';
import { rankOf, scopeKey } from './scope.ts';
import { slotOf } from './slots.ts';

/** What an admin changes in what a bucket has spent. */
async function writeEntry(
  { transaction, by, now }: AdminChange,
  entry: {
    readonly kind: 'grant' | 'adjust';
    readonly bucketId: number;
    readonly spentMicroUsd: number;
  },
): Promise<void> {
  await transaction
    .insertInto('entry')
    .values({
      at: now,
      kind: entry.kind,
      bucket_id: entry.bucketId,
      actor_id: by.personId,
      reserved_micro_usd: 0,
      spent_micro_usd: entry.spentMicroUsd,
    })
    .execute();
}

/** Credit belongs to the scope itself: a person who unlinks takes theirs along. */
export async function grantCredit(
  change: AdminChange,
  amountMicroUsd: number,
  expiresAt: number | undefined,
): Promise<CapState> {
  const { transaction, book, scope, now } = change;
  await changeAlone(transaction, book);
  if (!(await settingOf(change)).policy) throw withoutCap(scope);
  const { id } = await transaction
    .insertInto('bucket')
    .values({
      scope: scopeKey(scope),
      rank: rankOf(scope),
      unit: 'credit',
      period: randomUUID(),
      starts_at: now,
      ends_at: expiresAt ?? null,
      limit_micro_usd: 0,
      carried_micro_usd: 0,
      reserved_micro_usd: 0,
      spent_micro_usd: -amountMicroUsd,
      warned: 0,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await writeEntry(change, { kind: 'grant', bucketId: id, spentMicroUsd: -amountMicroUsd });
  const expiry = expiresAt === undefined ? '' : ` until ${new Date(expiresAt).toISOString()}`;
  await writeAudit(change, { action: 'grant', after: `${formatUsdExactly(amountMicroUsd)}${expiry}` });
  const state = await stateAfter(change);
  if (!state) throw withoutCap(scope);
  return state;
}

/** Whether it was not yet as wanted. */
export async function setPaused(change: AdminChange, paused: boolean): Promise<boolean> {
  const { transaction, book, scope, by, now } = change;
  await changeAlone(transaction, book);
  const key = scopeKey(scope);
  const { policy } = await settingOf(change);
  const changed = paused
    ? (
        await transaction
          .insertInto('pause')
          .values({ scope: key, paused_by: by.personId, paused_at: now })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst()
      ).numInsertedOrUpdatedRows
    : (
        await transaction
          .deleteFrom('pause')
          .where('scope', 'in', [key, policy?.key ?? key])
          .executeTakeFirst()
      ).numDeletedRows;
  if (!changed) return false;
  const words = { before: paused ? 'running' : 'paused', after: paused ? 'paused' : 'running' };
  await writeAudit(change, { action: paused ? 'pause' : 'resume', ...words });
  return true;
}

/** In the bucket of the current period, and in those that a cap with another unit left behind. */
export async function resetSpent(change: AdminChange): Promise<CapState> {
  const { transaction, book, scope, now } = change;
  await changeAlone(transaction, book);
  const { policy } = await settingOf(change);
  if (!policy) throw withoutCap(scope);
  const slot = slotOf(book, policy, now);
  await ensureBuckets(transaction, book, [slot]);
  const open = transaction
    .selectFrom('bucket')
    .select(['id', 'scope', 'unit', 'spent_micro_usd'])
    .where('scope', 'in', policy.keys)
    .where('unit', '!=', 'credit')
    .where(endsAfter(now))
    .orderBy('scope')
    .orderBy('id');
  const buckets = await (book.kind === 'postgres' ? open.forUpdate() : open).execute();
  for (const { id, spent_micro_usd } of buckets) {
    await writeEntry(change, { kind: 'adjust', bucketId: id, spentMicroUsd: -spent_micro_usd });
    await transaction
      .updateTable('bucket')
      .set({ spent_micro_usd: 0, warned: 0 })
      .where('id', '=', id)
      .execute();
  }
  const current = buckets.find((row) => row.scope === policy.key && row.unit === policy.cap.unit);
  const before = `${formatUsdExactly(current?.spent_micro_usd ?? 0)} spent`;
  await writeAudit(change, { action: 'reset', before, after: '$0.00 spent' });
  const state = await stateAfter(change);
  if (!state) throw withoutCap(scope);
  return state;
}
