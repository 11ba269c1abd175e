/** The ledger's check: every counter again from the entries, every run against its entries, and what differs in sentences. */

import { sql, type Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import { MEMBERSHIP } from './bucket-queries.ts';

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

/** Every counter against the sum of its entries. */
async function checkCounters(transaction: Transaction<Tables>): Promise<string[]> {
  const buckets = await transaction.selectFrom('bucket').selectAll().orderBy('id').execute();
  const sums = await fromEntries(transaction);
  const differences: string[] = [];
  for (const bucket of buckets) {
    const { reserved, spent } = sums.get(bucket.id) ?? { reserved: 0, spent: 0 };
    const compare = (word: string, counter: number, sum: number) => {
      if (counter === sum) return;
      const title =
        bucket.unit === 'credit' ? `${bucket.scope}, credit` : `${bucket.scope} in ${bucket.period}`;
      differences.push(`${title}: ${counter} micro-USD are ${word}, but the entries add up to ${sum}.`);
    };
    compare('reserved', bucket.reserved_micro_usd, reserved);
    compare('spent', bucket.spent_micro_usd, spent);
    sums.delete(bucket.id);
  }
  return [
    ...differences,
    ...[...sums.keys()].map((id) => `Bucket ${id} is missing, but the entries name it.`),
  ];
}

interface Mismatch {
  readonly runId: string;
  readonly scope: string | null;
}

/** More of them say nothing new. */
const MISMATCHES = 20;

/**
 * Every hold against its entries: an open one is reserved and a settled one spent in full under every cap it falls under,
 * by the period's allowance and the credit of that cap together.
 */
async function checkHolds(transaction: Transaction<Tables>): Promise<string[]> {
  const { rows } = await sql<Mismatch>`
    with counted as (
      select run_id, bucket_id, sum(reserved_micro_usd) as reserved, sum(spent_micro_usd) as spent
      from entry where run_id is not null group by run_id, bucket_id having ${MEMBERSHIP} > 0
    ), part as (
      select counted.run_id, counted.reserved, counted.spent, bucket.scope, bucket.unit,
        case when bucket.rank = 0 then 'person' else bucket.scope end as cap
      from counted join bucket on bucket.id = counted.bucket_id
    ), credit as (
      select run_id, cap, sum(reserved) as reserved, sum(spent) as spent
      from part where unit = 'credit' group by run_id, cap
    )
    select hold.run_id as ${sql.id('runId')}, part.scope as scope from hold
    left join part on part.run_id = hold.run_id and part.unit <> 'credit'
    left join credit on credit.run_id = part.run_id and credit.cap = part.cap
    where part.run_id is null
      or part.reserved + coalesce(credit.reserved, 0) <> case hold.state when 'held' then hold.amount_micro_usd else 0 end
      or part.spent + coalesce(credit.spent, 0) <> coalesce(hold.cost_micro_usd, 0)
    order by hold.run_id, part.scope limit ${MISMATCHES}`.execute(transaction);
  return rows.map(({ runId, scope }) =>
    scope === null
      ? `Run ${runId} is in no budget.`
      : `Run ${runId}: what it holds or cost is not what the entries of ${scope} add up to.`,
  );
}

/** The caller's transaction sees one moment of the database. */
export async function findDifferences(transaction: Transaction<Tables>): Promise<string[]> {
  return [...(await checkCounters(transaction)), ...(await checkHolds(transaction))];
}
