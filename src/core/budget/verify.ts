/** The ledger's check: every counter again from the entries and again from the holds, and what differs in sentences. */

import { sql, type Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';

interface Counters {
  readonly id: number;
  readonly reserved: number;
  readonly spent: number;
}

async function fromEntries(transaction: Transaction<Tables>): Promise<Map<number, Counters>> {
  const { rows } = await sql<Counters>`
    select bucket_id as id, cast(sum(reserved_micro_usd) as bigint) as reserved,
      cast(sum(spent_micro_usd) as bigint) as spent
    from entry group by bucket_id`.execute(transaction);
  return new Map(rows.map((row) => [row.id, row]));
}

async function fromHolds(transaction: Transaction<Tables>): Promise<Map<number, Counters>> {
  const { rows } = await sql<Counters>`
    select bucket_id as id, cast(sum(case when state = 'held' then amount_micro_usd else 0 end) as bigint) as reserved,
      cast(sum(coalesce(cost_micro_usd, 0)) as bigint) as spent
    from hold_bucket join hold on hold.run_id = hold_bucket.run_id group by bucket_id`.execute(transaction);
  return new Map(rows.map((row) => [row.id, row]));
}

/** The caller's transaction sees one moment of the database. */
export async function findDifferences(transaction: Transaction<Tables>): Promise<string[]> {
  const buckets = await transaction.selectFrom('bucket').selectAll().orderBy('id').execute();
  const sources = [
    { name: 'the entries', counters: await fromEntries(transaction) },
    { name: 'the holds', counters: await fromHolds(transaction) },
  ];
  const differences: string[] = [];
  for (const bucket of buckets) {
    const title = `${bucket.scope} in ${bucket.period}`;
    for (const { name, counters } of sources) {
      const { reserved, spent } = counters.get(bucket.id) ?? { reserved: 0, spent: 0 };
      if (bucket.reserved_micro_usd !== reserved) {
        differences.push(
          `${title}: ${bucket.reserved_micro_usd} micro-USD are reserved, but ${name} add up to ${reserved}.`,
        );
      }
      if (bucket.spent_micro_usd !== spent) {
        differences.push(
          `${title}: ${bucket.spent_micro_usd} micro-USD are spent, but ${name} add up to ${spent}.`,
        );
      }
    }
  }
  const known = new Set(buckets.map(({ id }) => id));
  for (const { name, counters } of sources) {
    for (const id of counters.keys()) {
      if (!known.has(id)) differences.push(`Bucket ${id} is missing, but ${name} name it.`);
    }
  }
  return differences;
}
