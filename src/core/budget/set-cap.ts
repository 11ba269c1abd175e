/** Setting a cap, and going back to the configured one. */

import { writeAudit } from './audit.ts';
import type { Cap, CapState } from './budget.ts';
import { formatCapExactly } from './cap.ts';
import { limitIn } from './carry-over.ts';
import { type AdminChange, changeAlone, settingOf, stateAfter } from './change.ts';
import { ensureBucket } from './ensure-buckets.ts';
import { joinRuns, sourcesOf } from './join-runs.ts';
import { scopeKey } from './scope.ts';
import { limitOf, type Policy, peopleUnder } from './settings.ts';
import { slotOf } from './slots.ts';
import { percentOf } from './warnings.ts';

/** The bucket of the current period under a cap that has just changed, with everything that was spent in it. */
async function applyCap(change: AdminChange, policy: Policy): Promise<void> {
  const { transaction, book, now } = change;
  const target = await ensureBucket(transaction, book, slotOf(book, policy, now));
  const personIds = peopleUnder(policy);
  await joinRuns(transaction, {
    kind: book.kind,
    target,
    sourceIds: await sourcesOf(transaction, target, personIds),
    personIds,
    now,
  });
  const found = transaction.selectFrom('bucket').selectAll().where('id', '=', target.id);
  const bucket = await (book.kind === 'postgres' ? found.forUpdate() : found).executeTakeFirstOrThrow();
  const limit = limitIn(book.defaults, policy.cap, bucket.carried_micro_usd);
  await transaction
    .updateTable('bucket')
    .set({ limit_micro_usd: limit, warned: percentOf(limit, bucket.spent_micro_usd) })
    .where('id', '=', bucket.id)
    .execute();
}

export async function setCap(change: AdminChange, cap: Cap): Promise<CapState> {
  const { transaction, book, by, now } = change;
  await changeAlone(transaction, book);
  const before = (await settingOf(change)).policy;
  const scope = before?.scope ?? change.scope;
  const row = { limit_micro_usd: limitOf(cap), unit: cap.unit, set_by: by.personId, set_at: now };
  await transaction
    .insertInto('policy')
    .values({ scope: scopeKey(scope), ...row })
    .onConflict((conflict) => conflict.column('scope').doUpdateSet(row))
    .execute();
  await writeAudit(change, {
    action: 'set',
    ...(before && { before: formatCapExactly(before.cap) }),
    after: formatCapExactly(cap),
  });
  const { policy } = await settingOf(change);
  if (policy) await applyCap(change, policy);
  const state = await stateAfter(change);
  if (!state) throw new Error('a cap that was set is not in force');
  return state;
}

export async function clearCap(change: AdminChange): Promise<CapState | undefined> {
  const { transaction, book } = change;
  await changeAlone(transaction, book);
  const before = (await settingOf(change)).policy;
  await transaction
    .deleteFrom('policy')
    .where('scope', 'in', [scopeKey(change.scope), ...(before ? [before.key] : [])])
    .execute();
  const { policy } = await settingOf(change);
  await writeAudit(change, {
    action: 'clear',
    ...(before && { before: formatCapExactly(before.cap) }),
    ...(policy && { after: formatCapExactly(policy.cap) }),
  });
  if (policy) await applyCap(change, policy);
  return stateAfter(change);
}
