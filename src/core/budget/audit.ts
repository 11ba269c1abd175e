/** The audit log: who changed what, where, what it was and what it is. */

import type { Kysely } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { AuditEntry } from './budget.ts';
import type { AdminChange } from './change.ts';
import { parseScopeKey, scopeKey } from './scope.ts';

const ACTIONS: readonly AuditEntry['action'][] = [
  'set',
  'clear',
  'grant',
  'reset',
  'pause',
  'resume',
  'link',
  'unlink',
  'allow',
  'deny',
];

export async function writeAudit(
  { transaction, scope, by, now }: Pick<AdminChange, 'transaction' | 'scope' | 'by' | 'now'>,
  what: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Promise<void> {
  await transaction
    .insertInto('audit')
    .values({
      at: now,
      actor_id: by.personId,
      place: by.where ?? null,
      action: what.action,
      scope: scopeKey(scope),
      before: what.before ?? null,
      after: what.after ?? null,
    })
    .execute();
}

function readAction(text: string): AuditEntry['action'] {
  const action = ACTIONS.find((known) => known === text);
  if (!action) throw new Error(`the audit log has an unknown action: ${text}`);
  return action;
}

/** Newest first. */
export async function readAudit(
  sql: Kysely<Tables>,
  { limit, before }: { readonly limit: number; readonly before?: number },
): Promise<AuditEntry[]> {
  const rows = await sql
    .selectFrom('audit')
    .selectAll()
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    actorId: row.actor_id,
    action: readAction(row.action),
    scope: parseScopeKey(row.scope),
    ...(row.place !== null && { where: row.place }),
    ...(row.before !== null && { before: row.before }),
    ...(row.after !== null && { after: row.after }),
  }));
}
