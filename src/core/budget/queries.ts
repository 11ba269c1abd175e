/** The statements of every admission and settlement, compiled once for each database. */

import { type Expression, sql as raw, type Selectable, type SqlBool } from 'kysely';
import type { Database } from '../storage/database.ts';
import { reusableBySize, reusableQuery } from '../storage/reusable-query.ts';
import type { BucketTable, HoldTable } from '../storage/tables.ts';
import { DIGITS, KEPT_RUNS } from './estimates.ts';

export type Bucket = Selectable<BucketTable>;

/** A bucket that a run is counted in, and what the run has reserved there. */
export type RunBucket = Bucket & { readonly part_micro_usd: number };

/** Names one bucket row. */
export interface BucketName {
  readonly scope: string;
  readonly unit: string;
  readonly period: string;
}

/** What a run changes in one bucket. */
export interface Change {
  readonly bucketId: number;
  readonly reserved: number;
  readonly spent: number;
}

/** Whether a run is counted in a bucket, by the run's entries there: more than 0 when it is. */
export const MEMBERSHIP = raw<number>`sum(case kind when 'hold' then 1 when 'adjust' then 1 when 'leave' then -1 else 0 end)`;

const indexes = (count = 0) => Array.from({ length: count }, (_, index) => index);

/** A caller's list has the length for which the query was built. */
function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`a list of a query has no item ${index}`);
  return item;
}

export type Queries = ReturnType<typeof createQueries>;

export function createQueries(kind: Database['kind']) {
  return {
    /** The named buckets and the credit of some scopes, locked in the one order until the transaction ends. */
    lockBuckets: reusableBySize(
      ({ names, creditKeys }: Locking) => [names.length, creditKeys.length],
      ([names, credits]) =>
        reusableQuery<Locking, Bucket>((sql, take) => {
          const query = sql
            .selectFrom('bucket')
            .selectAll()
            .where(({ and, eb, or }) => {
              const each: Expression<SqlBool>[] = indexes(names).map((index) =>
                and([
                  eb(
                    'scope',
                    '=',
                    take((values) => at(values.names, index).scope),
                  ),
                  eb(
                    'unit',
                    '=',
                    take((values) => at(values.names, index).unit),
                  ),
                  eb(
                    'period',
                    '=',
                    take((values) => at(values.names, index).period),
                  ),
                ]),
              );
              if (!credits) return or(each);
              const keys = indexes(credits).map((index) => take((values) => at(values.creditKeys, index)));
              const credit = and([
                eb('unit', '=', raw.lit('credit')),
                eb('scope', 'in', keys),
                eb(raw<number>`spent_micro_usd + reserved_micro_usd`, '<', raw.lit(0)),
                or([
                  eb('ends_at', 'is', null),
                  eb(
                    'ends_at',
                    '>',
                    take((values) => values.now),
                  ),
                ]),
              ]);
              return or([...each, credit]);
            })
            .orderBy('rank')
            .orderBy('scope')
            .orderBy('id');
          return kind === 'postgres' ? query.forUpdate() : query;
        }),
    ),

    /** Adds the same to the counters of some buckets that the caller has locked. */
    changeBuckets: reusableBySize(
      ({ ids }: BucketChange) => [ids.length],
      ([ids]) =>
        reusableQuery<BucketChange, unknown>((sql, take) =>
          sql
            .updateTable('bucket')
            .set((set) => ({
              reserved_micro_usd: set(
                'reserved_micro_usd',
                '+',
                take((values) => values.reserved),
              ),
              spent_micro_usd: set(
                'spent_micro_usd',
                '+',
                take((values) => values.spent),
              ),
            }))
            .where(
              'id',
              'in',
              indexes(ids).map((index) => take((values) => at(values.ids, index))),
            ),
        ),
    ),

    insertEntries: reusableBySize(
      ({ changes }: Entries) => [changes.length],
      ([changes]) =>
        reusableQuery<Entries, unknown>((sql, take) =>
          sql.insertInto('entry').values(
            indexes(changes).map((index) => ({
              at: take((values) => values.now),
              kind: take((values) => values.kind),
              bucket_id: take((values) => at(values.changes, index).bucketId),
              run_id: take((values) => values.runId),
              reserved_micro_usd: take((values) => at(values.changes, index).reserved),
              spent_micro_usd: take((values) => at(values.changes, index).spent),
            })),
          ),
        ),
    ),

    insertHold: reusableQuery<HoldTable, unknown>((sql, take) =>
      sql.insertInto('hold').values({
        run_id: take((hold) => hold.run_id),
        person_id: take((hold) => hold.person_id),
        workspace: take((hold) => hold.workspace),
        channel: take((hold) => hold.channel),
        model: take((hold) => hold.model),
        command: take((hold) => hold.command),
        state: take((hold) => hold.state),
        amount_micro_usd: take((hold) => hold.amount_micro_usd),
        cost_micro_usd: take((hold) => hold.cost_micro_usd),
        measured: take((hold) => hold.measured),
        created_at: take((hold) => hold.created_at),
        resolved_at: take((hold) => hold.resolved_at),
      }),
    ),

    readEstimate: reusableQuery<Learnt, { costs: string }>((sql, take) =>
      sql
        .selectFrom('estimate')
        .select('costs')
        .where(
          'model',
          '=',
          take((values) => values.model),
        )
        .where(
          'command',
          '=',
          take((values) => values.command),
        ),
    ),

    /** After the buckets: whoever gets here waits for nobody any more. */
    learn: reusableQuery<Learnt & { readonly cost: string }, unknown>((sql, take) => {
      const kept = raw.lit(KEPT_RUNS);
      return sql
        .insertInto('estimate')
        .values({
          model: take((values) => values.model),
          command: take((values) => values.command),
          runs: raw.lit(1),
          costs: take((values) => values.cost),
        })
        .onConflict((conflict) =>
          conflict.columns(['model', 'command']).doUpdateSet({
            runs: raw<number>`estimate.runs + 1`,
            costs: raw<string>`substr(estimate.costs || excluded.costs, case when estimate.runs >= ${kept} then ${raw.lit(DIGITS + 1)} else 1 end)`,
          }),
        );
    }),

    /** The hold, when it was open until now; its row stays locked. */
    resolveHold: reusableQuery<Resolution, Pick<HoldTable, 'amount_micro_usd' | 'model' | 'command'>>(
      (sql, take) =>
        sql
          .updateTable('hold')
          .set({
            state: raw.lit('settled'),
            cost_micro_usd: take((values) => values.cost),
            measured: take((values) => values.measured),
            resolved_at: take((values) => values.now),
          })
          .where(
            'run_id',
            '=',
            take((values) => values.runId),
          )
          .where('state', '=', raw.lit('held'))
          .returning(['amount_micro_usd', 'model', 'command']),
    ),

    /** The buckets that an open run is counted in, locked in the one order. */
    lockRunBuckets: reusableQuery<{ readonly runId: string }, RunBucket>((sql, take) => {
      const query = sql
        .selectFrom('bucket')
        .innerJoin(
          (from) =>
            from
              .selectFrom('entry')
              .select([
                'bucket_id',
                raw<number>`cast(sum(reserved_micro_usd) as bigint)`.as('part_micro_usd'),
              ])
              .where(
                'run_id',
                '=',
                take((values) => values.runId),
              )
              .groupBy('bucket_id')
              .having(MEMBERSHIP, '>', raw.lit(0))
              .as('part'),
          (join) => join.onRef('part.bucket_id', '=', 'bucket.id'),
        )
        .selectAll('bucket')
        .select('part.part_micro_usd')
        .orderBy('rank')
        .orderBy('scope')
        .orderBy('id');
      return kind === 'postgres' ? query.forUpdate('bucket') : query;
    }),
  };
}

interface Learnt {
  readonly model: string;
  readonly command: string;
}

interface Locking {
  readonly names: readonly BucketName[];
  readonly creditKeys: readonly string[];
  readonly now: number;
}

interface BucketChange {
  readonly ids: readonly number[];
  readonly reserved: number;
  readonly spent: number;
}

interface Entries {
  readonly now: number;
  readonly kind: 'hold' | 'settle' | 'release';
  readonly runId: string;
  readonly changes: readonly Change[];
}

interface Resolution {
  readonly runId: string;
  readonly cost: number;
  readonly measured: number;
  readonly now: number;
}
