/**
 * Counting runs in another bucket as well: when a cap gets another unit, what was spent earlier in its period; when accounts
 * are linked, what the other one spent. Every run is counted once in a bucket, by an `adjust` entry, until it leaves.
 */

import { type SqlBool, sql, type Transaction } from 'kysely';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import { type Bucket, endsAfter, MEMBERSHIP } from './bucket-queries.ts';
import { rankOf } from './scope.ts';

export interface Joining {
  readonly kind: Database['kind'];
  readonly target: Pick<Bucket, 'id' | 'starts_at'>;
  /** Buckets in which the runs are counted. */
  readonly sourceIds: readonly number[];
  /** Only the runs of these people; undefined: of everybody. */
  readonly personIds?: readonly string[] | undefined;
  readonly now: number;
}

/**
 * Where runs that belong in a bucket may have been counted instead: of people, everywhere that their runs of its time are
 * counted for a person; of any other scope, in its buckets of other units.
 */
export async function sourcesOf(
  transaction: Transaction<Tables>,
  target: Pick<Bucket, 'scope' | 'unit' | 'starts_at'>,
  personIds: readonly string[] | undefined,
): Promise<number[]> {
  const rows =
    personIds === undefined
      ? await transaction
          .selectFrom('bucket')
          .select('id')
          .where('scope', '=', target.scope)
          .where('unit', 'not in', [target.unit, 'credit'])
          .where(endsAfter(target.starts_at))
          .execute()
      : await transaction
          .selectFrom('hold')
          .innerJoin('entry', 'entry.run_id', 'hold.run_id')
          .innerJoin('bucket', 'bucket.id', 'entry.bucket_id')
          .select('bucket.id')
          .distinct()
          .where('hold.person_id', 'in', personIds)
          .where('hold.created_at', '>=', target.starts_at)
          .where('bucket.rank', '=', rankOf({ kind: 'person', id: '' }))
          .where('bucket.unit', '!=', 'credit')
          .where(({ and, not }) => not(and({ 'bucket.scope': target.scope, 'bucket.unit': target.unit })))
          .execute();
  return rows.map(({ id }) => id);
}

/** Nobody settles these buckets' open holds until the transaction ends. Locked in the order of run ids. */
export async function lockOpenHolds(
  transaction: Transaction<Tables>,
  kind: Database['kind'],
  bucketIds: readonly number[],
): Promise<void> {
  if (kind === 'sqlite' || bucketIds.length === 0) return;
  await transaction
    .selectFrom('hold')
    .select('run_id')
    .where('state', '=', 'held')
    .where('run_id', 'in', (from) =>
      from
        .selectFrom('entry')
        .select('run_id')
        .$narrowType<{ run_id: string }>()
        .where('bucket_id', 'in', bucketIds),
    )
    .orderBy('run_id')
    .forUpdate()
    .execute();
}

/** The runs counted in some buckets, what they have there, and whether a reset made it count as nothing. */
function runsIn(bucketIds: readonly number[], personIds: readonly string[] | undefined) {
  return sql<{ run_id: string; bucket_id: number; reserved: number; spent: number; forgiven: SqlBool }>`(
    select entry.run_id, entry.bucket_id, sum(entry.reserved_micro_usd) as reserved,
      sum(entry.spent_micro_usd) as spent, hold.created_at,
      hold.state <> 'held' and max(entry.id) < coalesce(max(reset.id), 0) as forgiven
    from entry join hold on hold.run_id = entry.run_id
    left join (
      select bucket_id, max(id) as id from entry
      where bucket_id in (${sql.join(bucketIds)}) and kind = 'adjust' and run_id is null group by bucket_id
    ) reset on reset.bucket_id = entry.bucket_id
    where entry.bucket_id in (${sql.join(bucketIds)}) ${
      personIds === undefined ? sql`` : sql`and hold.person_id in (${sql.join(personIds)})`
    }
    group by entry.run_id, entry.bucket_id, hold.state, hold.created_at having ${MEMBERSHIP} > 0
  )`;
}

/** The counters anew from the entries. Locked first: a sum must see what others have just written. */
async function recount(transaction: Transaction<Tables>, { kind, target }: Joining): Promise<void> {
  const { id } = target;
  if (kind === 'postgres') {
    await transaction.selectFrom('bucket').select('id').where('id', '=', id).forUpdate().execute();
  }
  await sql`
    update bucket set
      reserved_micro_usd = (select cast(coalesce(sum(reserved_micro_usd), 0) as bigint) from entry where bucket_id = ${id}),
      spent_micro_usd = (select cast(coalesce(sum(spent_micro_usd), 0) as bigint) from entry where bucket_id = ${id})
    where id = ${id}`.execute(transaction);
}

/** Counts the sources' runs of the target's period in the target, and says how many. Open ones are settled there, too. */
export async function joinRuns(transaction: Transaction<Tables>, joining: Joining): Promise<number> {
  const { kind, target, sourceIds, personIds, now } = joining;
  if (sourceIds.length === 0) return 0;
  await lockOpenHolds(transaction, kind, sourceIds);
  const joined = await sql`
    insert into entry (at, kind, bucket_id, run_id, actor_id, reserved_micro_usd, spent_micro_usd)
    select cast(${now} as bigint), 'adjust', cast(${target.id} as bigint), run_id, null,
      cast(max(reserved) as bigint), cast(max(spent) as bigint)
    from ${runsIn(sourceIds, personIds)} counted
    where created_at >= ${target.starts_at} and not forgiven and not exists (
      select 1 from entry where entry.run_id = counted.run_id and entry.bucket_id = ${target.id}
      group by entry.run_id having ${MEMBERSHIP} > 0
    ) group by run_id`.execute(transaction);
  if (!joined.numAffectedRows) return 0;
  await recount(transaction, joining);
  return Number(joined.numAffectedRows);
}

/** These people's runs are no longer counted in the target. */
export async function leaveRuns(
  transaction: Transaction<Tables>,
  leaving: Omit<Joining, 'sourceIds'> & { readonly personIds: readonly string[] },
): Promise<void> {
  const { kind, target, personIds, now } = leaving;
  await lockOpenHolds(transaction, kind, [target.id]);
  await sql`
    insert into entry (at, kind, bucket_id, run_id, actor_id, reserved_micro_usd, spent_micro_usd)
    select cast(${now} as bigint), 'leave', bucket_id, run_id, null,
      cast(case when forgiven then 0 else -reserved end as bigint),
      cast(case when forgiven then 0 else -spent end as bigint)
    from ${runsIn([target.id], personIds)} counted`.execute(transaction);
  await recount(transaction, { ...leaving, sourceIds: [] });
}
