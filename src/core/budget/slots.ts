/** A cap in force in its current period: its row, its limit, and how it stands. */

import type { Kysely } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Book } from './book.ts';
import { type Bucket, type BucketName, endsAfter } from './bucket-queries.ts';
import type { CapState, Pause } from './budget.ts';
import { carriedInto, limitIn } from './carry-over.ts';
import type { Period } from './periods.ts';
import type { Policy } from './settings.ts';

/** SQLite refuses a condition of more than a thousand parts. */
const SLOTS_AT_ONCE = 200;

export interface Slot {
  readonly policy: Policy;
  readonly period: Period;
}

export function slotOf({ periods }: Book, policy: Policy, now: number): Slot {
  return { policy, period: periods.at(policy.cap.unit, now) };
}

export function nameOf({ policy, period }: Slot): BucketName {
  return { scope: policy.key, unit: policy.cap.unit, period: period.key };
}

/** A slot with its rows. */
export interface Filled {
  readonly slot: Slot;
  /** Undefined when there was no request in this period yet. */
  readonly bucket?: Bucket;
  /** What is not used up; what expires first comes first. */
  readonly credits: readonly Bucket[];
}

/** `rows` are the buckets and credits of all slots. */
export function fillSlot(slot: Slot, rows: readonly Bucket[]): Filled {
  const { scope, unit, period } = nameOf(slot);
  const bucket = rows.find((row) => row.scope === scope && row.unit === unit && row.period === period);
  const credits =
    slot.policy.creditKeys.length === 0
      ? []
      : rows
          .filter((row) => row.unit === 'credit' && slot.policy.creditKeys.includes(row.scope))
          .sort((a, b) => expiryOf(a) - expiryOf(b) || a.id - b.id);
  return { slot, credits, ...(bucket && { bucket }) };
}

export function expiryOf({ ends_at }: Pick<Bucket, 'ends_at'>): number {
  return ends_at ?? Number.MAX_SAFE_INTEGER;
}

/** What is neither spent nor reserved of a credit. */
export function creditLeft({ spent_micro_usd, reserved_micro_usd }: Bucket): number {
  return Math.max(0, -spent_micro_usd - reserved_micro_usd);
}

/** What the period's allowance has left, without credit; Infinity when unlimited. */
export function allowanceLeft(limit: number | null, bucket: Bucket | undefined): number {
  if (limit === null) return Number.POSITIVE_INFINITY;
  return Math.max(0, limit - (bucket?.spent_micro_usd ?? 0) - (bucket?.reserved_micro_usd ?? 0));
}

/** `carried` counts while there is no bucket yet. */
export function stateOf(
  book: Book,
  filled: Filled,
  options: { carried?: number; pause?: Pause } = {},
): CapState {
  const { slot, bucket, credits } = filled;
  const { scope, cap, source } = slot.policy;
  const carried = bucket?.carried_micro_usd ?? options.carried ?? 0;
  const limit = limitIn(book.defaults, cap, carried);
  const creditMicroUsd = credits.reduce((sum, credit) => sum + creditLeft(credit), 0);
  return {
    scope,
    cap,
    source,
    spentMicroUsd: bucket?.spent_micro_usd ?? 0,
    reservedMicroUsd: bucket?.reserved_micro_usd ?? 0,
    carriedMicroUsd: limit === null || cap.amountMicroUsd === 'unlimited' ? 0 : limit - cap.amountMicroUsd,
    creditMicroUsd,
    leftMicroUsd: allowanceLeft(limit, bucket) + creditMicroUsd,
    ...(slot.period.endsAt !== undefined && { resetsAt: slot.period.endsAt }),
    ...(options.pause && { paused: options.pause }),
  };
}

/** The slots' rows as they are now, nothing locked. */
async function readSlots(sql: Kysely<Tables>, slots: readonly Slot[], now: number): Promise<Filled[]> {
  if (slots.length === 0) return [];
  const creditKeys = slots.flatMap(({ policy }) => policy.creditKeys);
  const rows = await sql
    .selectFrom('bucket')
    .selectAll()
    .where((expressions) => {
      const { and, eb, or } = expressions;
      return or([
        ...slots.map((slot) => and({ ...nameOf(slot) })),
        ...(creditKeys.length === 0
          ? []
          : [and([eb('unit', '=', 'credit'), eb('scope', 'in', creditKeys), endsAfter(now)(expressions)])]),
      ]);
    })
    .execute();
  return slots.map((slot) => fillSlot(slot, rows));
}

/** How slots stand, those included in which nothing has happened yet. */
export async function readStates(
  sql: Kysely<Tables>,
  book: Book,
  caps: readonly { readonly policy: Policy; readonly pause?: Pause }[],
  now: number,
): Promise<CapState[]> {
  const states: CapState[] = [];
  for (let from = 0; from < caps.length; from += SLOTS_AT_ONCE) {
    const some = caps.slice(from, from + SLOTS_AT_ONCE);
    const slots = some.map(({ policy }) => slotOf(book, policy, now));
    for (const [index, filled] of (await readSlots(sql, slots, now)).entries()) {
      const pause = some[index]?.pause;
      const carried = filled.bucket ? 0 : await carriedInto(sql, book, filled.slot);
      states.push(stateOf(book, filled, { carried, ...(pause && { pause }) }));
    }
  }
  return states;
}
