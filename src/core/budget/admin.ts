/** What admins change: caps, credit, resets, pauses. Each change is alone with the policies and leaves an audit row. */

import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { UserError } from '../errors.ts';
import type { Tables } from '../storage/tables.ts';
import { writeAudit } from './audit.ts';
import type { Book } from './book.ts';
import type { Actor, Cap, CapState, Scope } from './budget.ts';
import { formatCapExactly } from './cap.ts';
import { limitIn } from './carry-over.ts';
import { ensureBuckets } from './ensure-buckets.ts';
import { joinRuns, otherUnits } from './join-runs.ts';
import { formatUsdExactly } from './money.ts';
import { rankOf, scopeKey } from './scope.ts';
import { limitOf, type Policy, peopleUnder, readSettings, type Setting } from './settings.ts';
import { bumpVersion, lockPolicies } from './settings-cache.ts';
import { nameOf, readStates, slotOf } from './slots.ts';
import { percentOf } from './warnings.ts';

export interface AdminChange {
  readonly transaction: Transaction<Tables>;
  readonly book: Book;
  readonly scope: Scope;
  readonly by: Actor;
  readonly now: number;
}

/** Waits for the holds that are being taken; those that come later see what was changed. */
async function changeAlone(transaction: Transaction<Tables>, book: Book): Promise<void> {
  await lockPolicies(transaction, book, 'alone');
  await bumpVersion(transaction);
}

async function settingOf({ transaction, book, scope }: AdminChange): Promise<Setting> {
  const [setting = {}] = await readSettings(transaction, book.defaults, [scope]);
  return setting;
}

export function withoutCap(scope: Scope): UserError {
  const name = scope.kind === 'everybody' ? scope.kind : `${scope.kind} ${scope.id}`;
  return new UserError(`There is no budget for ${name}. Set one first.`);
}

/** The bucket of the current period under a cap that has just changed, with everything that was spent in it. */
async function applyCap(change: AdminChange, policy: Policy): Promise<void> {
  const { transaction, book, now } = change;
  const slot = slotOf(book, policy, now);
  await ensureBuckets(transaction, book, [slot]);
  const found = transaction
    .selectFrom('bucket')
    .selectAll()
    .where(({ and }) => and({ ...nameOf(slot) }));
  const target = await found.executeTakeFirstOrThrow();
  await joinRuns(transaction, {
    kind: book.kind,
    target,
    sourceIds: await otherUnits(transaction, target),
    personIds: peopleUnder(policy),
    now,
  });
  const bucket = await (book.kind === 'postgres' ? found.forUpdate() : found).executeTakeFirstOrThrow();
  const limit = limitIn(book.defaults, policy.cap, bucket.carried_micro_usd);
  await transaction
    .updateTable('bucket')
    .set({ limit_micro_usd: limit, warned: percentOf(limit, bucket.spent_micro_usd) })
    .where('id', '=', bucket.id)
    .execute();
}

async function stateAfter(change: AdminChange): Promise<CapState | undefined> {
  const { policy, pause } = await settingOf(change);
  if (!policy) return undefined;
  const { transaction, book, now } = change;
  const [state] = await readStates(transaction, book, [{ policy, ...(pause && { pause }) }], now);
  return state;
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

/** Credit belongs to the scope itself: a person who unlinks takes theirs along. */
export async function grantCredit(
  change: AdminChange,
  amountMicroUsd: number,
  expiresAt: number | undefined,
): Promise<CapState> {
  const { transaction, book, scope, by, now } = change;
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
  await transaction
    .insertInto('entry')
    .values({
      at: now,
      kind: 'grant',
      bucket_id: id,
      actor_id: by.personId,
      reserved_micro_usd: 0,
      spent_micro_usd: -amountMicroUsd,
    })
    .execute();
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
  const { transaction, book, scope, by, now } = change;
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
    .where(({ eb, or }) => or([eb('ends_at', 'is', null), eb('ends_at', '>', now)]))
    .orderBy('scope')
    .orderBy('id');
  const buckets = await (book.kind === 'postgres' ? open.forUpdate() : open).execute();
  for (const { id, spent_micro_usd } of buckets) {
    await transaction
      .insertInto('entry')
      .values({
        at: now,
        kind: 'adjust',
        bucket_id: id,
        actor_id: by.personId,
        reserved_micro_usd: 0,
        spent_micro_usd: -spent_micro_usd,
      })
      .execute();
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
