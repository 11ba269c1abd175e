/** A lock by name that is kept until the transaction ends: shared by many, or had alone. */

import { sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

/**
 * Waits until the lock can be had. On SQLite there is nothing to do: its transactions come one after another. A transaction
 * takes it before it locks any row, lest two wait for each other.
 */
export async function lockUntilCommit(
  transaction: Transaction<Tables>,
  options: { readonly kind: Database['kind']; readonly name: string; readonly mode: 'shared' | 'alone' },
): Promise<void> {
  const { kind, name, mode } = options;
  if (kind === 'sqlite') return;
  const lock = mode === 'shared' ? sql`pg_advisory_xact_lock_shared` : sql`pg_advisory_xact_lock`;
  await sql`select ${lock}(hashtext(${name}))`.execute(transaction);
}
