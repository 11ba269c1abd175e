/** Whose turn it is among one account's runs: counted and taken in the database, so that it holds for every process. */

import type { Kysely } from 'kysely';
import { readAccount } from '../budget/accounts.ts';
import { lockUntilCommit } from '../storage/advisory-lock.ts';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import type { Run } from './run.ts';

export interface QueueLimits {
  /** Runs of one person, on all their linked accounts, that go on at the same time. */
  readonly atOnce: number;
  /** Runs of theirs that wait beside those. */
  readonly queue: number;
}

export type Turn =
  /** It is free to go. */
  | { readonly type: 'admitted' }
  /** Counted from 1. */
  | { readonly type: 'waiting'; readonly position: number }
  | { readonly type: 'cancelled' }
  /** Another process has it. */
  | { readonly type: 'lost' };

/**
 * In one statement: a run that leaves the queue in the meantime is counted once, here or there. The bot's own runs (the
 * guard's) do not count: what waits behind others must not wait for its judgement too.
 */
export async function countRuns(
  sql: Kysely<Tables>,
  personIds: readonly string[],
): Promise<{ open: number; queued: number }> {
  const states = await sql
    .selectFrom('run')
    .select('state')
    .where('person_id', 'in', personIds)
    .where('surface', '!=', 'none')
    .where('state', 'in', ['queued', 'admitted', 'submitting', 'running'])
    .execute();
  const queued = states.filter(({ state }) => state === 'queued').length;
  return { open: states.length - queued, queued };
}

/** First come, first served. Whoever arrives while somebody waits waits too, so only this admits then. */
export async function takeTurn(
  { kind, sql }: Database,
  run: Run,
  { atOnce, owner }: QueueLimits & { readonly owner: string },
): Promise<Turn> {
  return sql.transaction().execute(async (transaction): Promise<Turn> => {
    const { accountId, personIds } = await readAccount(transaction, run.personId);
    // Two of this account's runs must not see the same free place.
    await lockUntilCommit(transaction, { kind, name: `queue:${accountId}`, mode: 'alone' });
    const line = await transaction
      .selectFrom('run')
      .select(['id', 'cancelled_by', 'lease_owner'])
      .where('person_id', 'in', personIds)
      .where('state', '=', 'queued')
      .execute();
    const ours = line.find(({ id }) => id === run.id);
    if (ours?.lease_owner !== owner) return { type: 'lost' };
    if (ours.cancelled_by !== null) return { type: 'cancelled' };
    const before = line.filter(({ id, cancelled_by }) => id < run.id && cancelled_by === null).length;
    const { open } = await countRuns(transaction, personIds);
    if (before > 0 || open >= atOnce) return { type: 'waiting', position: before + 1 };
    const { numUpdatedRows } = await transaction
      .updateTable('run')
      .set({ state: 'admitted' })
      .where('id', '=', run.id)
      .where('state', '=', 'queued')
      .where('lease_owner', '=', owner)
      .executeTakeFirst();
    return { type: numUpdatedRows === 1n ? 'admitted' : 'lost' };
  });
}
