/** Writes what a run changes: the buckets' counters and an entry for each. */

import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Change, Queries } from './queries.ts';

/** The caller has locked the buckets. Those that change alike, usually all, are written by one statement. */
export async function changeBuckets(
  transaction: Transaction<Tables>,
  queries: Queries,
  options: {
    readonly kind: 'hold' | 'settle' | 'release';
    readonly runId: string;
    readonly changes: readonly Change[];
    readonly now: number;
  },
): Promise<void> {
  const alike = new Map<string, Change[]>();
  for (const change of options.changes) {
    const key = `${change.reserved} ${change.spent}`;
    const others = alike.get(key);
    if (others) others.push(change);
    else alike.set(key, [change]);
  }
  for (const changes of alike.values()) {
    const [{ reserved, spent } = { reserved: 0, spent: 0 }] = changes;
    const ids = changes.map(({ bucketId }) => bucketId);
    await queries.changeBuckets(transaction, { ids, reserved, spent });
  }
  if (options.changes.length > 0) await queries.insertEntries(transaction, options);
}
