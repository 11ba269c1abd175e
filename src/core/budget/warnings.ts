/** Caps that are nearly or wholly used up: told once for each cap and period, whichever process sees it first. */

import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Book } from './book.ts';
import type { Bucket } from './bucket-queries.ts';
import type { CapState, Crossing } from './budget.ts';
import type { Change } from './queries.ts';
import { parseScopeKey, scopeKey } from './scope.ts';
import { readUnit } from './settings.ts';
import { expiryOf } from './slots.ts';

type Percent = 0 | 80 | 100;

/** Which share of a limit is spent; nothing is told of a cap of 0, which is used up from the beginning. */
export function percentOf(limit: number | null, spent: number): Percent {
  if (limit === null || limit === 0) return 0;
  if (spent >= limit) return 100;
  return spent * 10 >= limit * 8 ? 80 : 0;
}

function crossingOf(bucket: Bucket, percent: 80 | 100, spentMicroUsd: number): Crossing {
  return {
    scope: parseScopeKey(bucket.scope),
    percent,
    spentMicroUsd,
    limitMicroUsd: bucket.limit_micro_usd ?? 0,
    unit: readUnit(bucket.unit),
    ...(bucket.ends_at !== null && { resetsAt: bucket.ends_at }),
  };
}

/** What these changes make to be told: marked as noticed, and put into the outbox, in the caller's transaction. */
export async function noteCrossings(
  transaction: Transaction<Tables>,
  { outbox }: Book,
  options: { readonly buckets: readonly Bucket[]; readonly changes: readonly Change[]; readonly now: number },
): Promise<Crossing[]> {
  const { buckets, changes, now } = options;
  const crossings: Crossing[] = [];
  for (const bucket of buckets) {
    if (bucket.unit === 'credit' || expiryOf(bucket) <= now) continue;
    const change = changes.find(({ bucketId }) => bucketId === bucket.id);
    const spent = bucket.spent_micro_usd + (change?.spent ?? 0);
    const percent = percentOf(bucket.limit_micro_usd, spent);
    if (percent === 0 || percent <= bucket.warned) continue;
    await transaction.updateTable('bucket').set({ warned: percent }).where('id', '=', bucket.id).execute();
    crossings.push(crossingOf(bucket, percent, spent));
  }
  if (crossings.length > 0) await outbox?.put(transaction, crossings);
  return crossings;
}

/** The cap of a refusal when its period is used up, the first time that anybody says so; put into the outbox, too. */
export async function noteUsedUp(
  transaction: Transaction<Tables>,
  { periods, outbox }: Book,
  { state, needsMicroUsd }: { readonly state: CapState; readonly needsMicroUsd: number },
  now: number,
): Promise<Crossing | undefined> {
  const { scope, cap, carriedMicroUsd, creditMicroUsd, spentMicroUsd } = state;
  if (cap.amountMicroUsd === 'unlimited') return undefined;
  const limit = cap.amountMicroUsd + carriedMicroUsd;
  if (needsMicroUsd > limit || spentMicroUsd + needsMicroUsd <= limit + creditMicroUsd) return undefined;
  const bucket = await transaction
    .updateTable('bucket')
    .set({ warned: 100 })
    .where('scope', '=', scopeKey(scope))
    .where('unit', '=', cap.unit)
    .where('period', '=', periods.at(cap.unit, now).key)
    .where('warned', '<', 100)
    .returningAll()
    .executeTakeFirst();
  if (!bucket) return undefined;
  const crossing = crossingOf(bucket, 100, bucket.spent_micro_usd);
  await outbox?.put(transaction, [crossing]);
  return crossing;
}

/** The cap to warn a person of: the one of which most is spent, 80 % or more; undefined when there is none. */
export function nearlyUsed(states: readonly CapState[]): CapState | undefined {
  const shareOf = ({ cap, carriedMicroUsd, spentMicroUsd }: CapState) =>
    cap.amountMicroUsd === 'unlimited' || cap.amountMicroUsd === 0
      ? 0
      : spentMicroUsd / (cap.amountMicroUsd + carriedMicroUsd);
  const [most] = states.toSorted((a, b) => shareOf(b) - shareOf(a));
  return most && shareOf(most) >= 0.8 ? most : undefined;
}
