/** When accounts are linked or unlinked, what people spent in the open periods is counted under another name. */

import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Book } from './book.ts';
import type { Scope } from './budget.ts';
import { ensureBuckets } from './ensure-buckets.ts';
import { joinRuns, leaveRuns, lockOpenHolds, otherUnits } from './join-runs.ts';
import { scopeKey } from './scope.ts';
import { peopleUnder, readSettings } from './settings.ts';
import { nameOf, slotOf } from './slots.ts';

export interface Move {
  /** Whose runs. */
  readonly personIds: readonly string[];
  /** Person ids under which money is counted. */
  readonly from: string;
  readonly to: string;
  readonly now: number;
}

function periodsOf(transaction: Transaction<Tables>, personId: string) {
  return transaction
    .selectFrom('bucket')
    .selectAll()
    .where('scope', '=', scopeKey({ kind: 'person', id: personId }))
    .where('unit', '!=', 'credit')
    .orderBy('id');
}

/** The links are written already, and nobody takes a hold meanwhile. */
export async function moveRuns(transaction: Transaction<Tables>, book: Book, move: Move): Promise<void> {
  const { personIds, from, to, now } = move;
  const { kind } = book;
  const scope: Scope = { kind: 'person', id: to };
  const [setting] = await readSettings(transaction, book.defaults, [scope]);
  const policy = setting?.policy;
  if (!policy) return;
  const slot = slotOf(book, policy, now);
  await ensureBuckets(transaction, book, [slot]);
  const target = await transaction
    .selectFrom('bucket')
    .selectAll()
    .where(({ and }) => and({ ...nameOf(slot) }))
    .executeTakeFirstOrThrow();
  const sources = (await periodsOf(transaction, from).execute()).filter(
    ({ ends_at }) => ends_at === null || ends_at > target.starts_at,
  );
  const sourceIds = sources.map(({ id }) => id);
  const ownIds = await otherUnits(transaction, target);
  await lockOpenHolds(transaction, kind, [...sourceIds, ...ownIds]);
  await joinRuns(transaction, { kind, target, sourceIds: ownIds, personIds: peopleUnder(policy), now });
  await joinRuns(transaction, { kind, target, sourceIds, personIds, now });
  // A person's own name keeps its runs: nobody looks there while they are linked.
  const leaving = personIds.filter((id) => id !== from);
  if (leaving.length === 0) return;
  for (const source of sources) {
    const isOpen = source.ends_at === null || source.ends_at > now;
    if (isOpen) await leaveRuns(transaction, { kind, target: source, personIds: leaving, now });
  }
}
