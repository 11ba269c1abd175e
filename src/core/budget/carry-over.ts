/** What is left of a period and may be used in the next, up to a factor of the allowance. */

import type { Kysely } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Book } from './book.ts';
import type { Cap } from './budget.ts';
import { type CapDefaults, limitOf } from './settings.ts';
import type { Slot } from './slots.ts';

/** The most that may be carried over. */
function mostCarried({ carryOver = 1 }: CapDefaults, cap: Cap): number {
  if (cap.amountMicroUsd === 'unlimited' || cap.unit === 'once' || carryOver <= 1) return 0;
  return Math.floor((carryOver - 1) * cap.amountMicroUsd);
}

/** What a period allows with what was carried into it; null is unlimited. */
export function limitIn(defaults: CapDefaults, cap: Cap, carriedMicroUsd: number): number | null {
  const limit = limitOf(cap);
  return limit === null ? null : limit + Math.min(carriedMicroUsd, mostCarried(defaults, cap));
}

/**
 * What is left of the scope's last period, plus a whole allowance for each period since then in which nobody asked. What is
 * reserved there counts as spent. A scope that was never used has nothing left over.
 */
export async function carriedInto(sql: Kysely<Tables>, book: Book, slot: Slot): Promise<number> {
  const { policy, period } = slot;
  const { cap } = policy;
  const most = mostCarried(book.defaults, cap);
  if (most === 0 || cap.amountMicroUsd === 'unlimited' || cap.unit === 'once') return 0;
  const last = await sql
    .selectFrom('bucket')
    .select(['period', 'limit_micro_usd', 'reserved_micro_usd', 'spent_micro_usd'])
    .where('scope', '=', policy.key)
    .where('unit', '=', cap.unit)
    .where('period', '<', period.key)
    .orderBy('period', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last?.limit_micro_usd === undefined || last.limit_micro_usd === null) return 0;
  let carried = Math.max(0, last.limit_micro_usd - last.reserved_micro_usd - last.spent_micro_usd);
  let earlier = book.periods.at(cap.unit, period.startsAt - 1);
  while (earlier.key > last.period && carried < most) {
    carried += cap.amountMicroUsd;
    earlier = book.periods.at(cap.unit, earlier.startsAt - 1);
  }
  return Math.min(carried, most);
}
