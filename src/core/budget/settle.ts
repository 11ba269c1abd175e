/** Settling a hold: once, in every bucket it was taken in, with what the run really cost. */

import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Book } from './book.ts';
import type { RunBucket } from './bucket-queries.ts';
import type { Crossing, SettleOptions } from './budget.ts';
import { changeBuckets } from './change-buckets.ts';
import { learn } from './estimates.ts';
import { assertAmount } from './money.ts';
import type { Change } from './queries.ts';
import { allowanceLeft, expiryOf } from './slots.ts';
import { share } from './split.ts';
import { noteCrossings } from './warnings.ts';

/** The buckets of one cap: its periods' (several after a change of unit or a link) and the credit that was used under it. */
function byCap(buckets: readonly RunBucket[]): Iterable<readonly RunBucket[]> {
  const caps = new Map<string, RunBucket[]>();
  for (const bucket of buckets) {
    // A linked account uses credit of each of its people.
    const key = bucket.scope.startsWith('person:') ? 'person' : bucket.scope;
    const others = caps.get(key);
    if (others) others.push(bucket);
    else caps.set(key, [bucket]);
  }
  return caps.values();
}

/**
 * The allowance pays first, also with what has become free in it since the hold, as long as its period lasts; then the
 * credit that was reserved. What is above the hold is the allowance's.
 */
function chargesOf(buckets: readonly RunBucket[], cost: number, now: number): Change[] {
  const allowances = buckets.filter(({ unit }) => unit !== 'credit');
  const credits = buckets
    .filter(({ unit }) => unit === 'credit')
    .sort((a, b) => expiryOf(a) - expiryOf(b) || a.id - b.id);
  const room = Math.min(
    ...allowances.map((bucket) => {
      const free = expiryOf(bucket) > now ? allowanceLeft(bucket.limit_micro_usd, bucket) : 0;
      return bucket.part_micro_usd + free;
    }),
  );
  const shares = share(
    Math.max(0, cost - room),
    credits.map(({ id, part_micro_usd }) => ({ bucketId: id, room: part_micro_usd })),
  );
  const byCredit = shares.reduce((sum, { amount }) => sum + amount, 0);
  const spentOf = (bucket: RunBucket) =>
    bucket.unit === 'credit'
      ? (shares.find(({ bucketId }) => bucketId === bucket.id)?.amount ?? 0)
      : cost - byCredit;
  return buckets.map((bucket) => ({
    bucketId: bucket.id,
    reserved: -bucket.part_micro_usd,
    spent: spentOf(bucket),
  }));
}

/** Undefined, and nothing is changed, when there is no open hold of this run. */
export async function settleHold(
  transaction: Transaction<Tables>,
  book: Book,
  options: SettleOptions & { readonly runId: string; readonly costMicroUsd: number; readonly now: number },
): Promise<readonly Crossing[] | undefined> {
  const { queries } = book;
  const { runId, costMicroUsd, now, measured = false, typical = false } = options;
  assertAmount(costMicroUsd);
  const [hold] = await queries.resolveHold(transaction, {
    runId,
    cost: costMicroUsd,
    measured: measured ? 1 : 0,
    now,
  });
  if (!hold) return undefined;
  const buckets = await queries.lockRunBuckets(transaction, { runId });
  const changes = [...byCap(buckets)].flatMap((each) => chargesOf(each, costMicroUsd, now));
  const kind = costMicroUsd === 0 ? 'release' : 'settle';
  await changeBuckets(transaction, queries, { kind, runId, changes, now });
  if (typical) await learn(transaction, queries, { ...hold, costMicroUsd });
  return noteCrossings(transaction, book, { buckets, changes, now });
}
