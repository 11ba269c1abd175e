/** The statements that lock and change buckets, compiled once for each database. */

import { type Expression, type ExpressionBuilder, sql as raw, type Selectable, type SqlBool } from 'kysely';
import type { BucketTable } from '../storage/budget-tables.ts';
import type { Database } from '../storage/database.ts';
import { indexes, itemAt, reusableBySize, reusableQuery } from '../storage/reusable-query.ts';
import type { Tables } from '../storage/tables.ts';

export type Bucket = Selectable<BucketTable>;

/** A bucket that a run is counted in, and what the run has reserved there. */
export type RunBucket = Bucket & { readonly part_micro_usd: number };

/** Names one bucket row. */
export interface BucketName {
  readonly scope: string;
  readonly unit: string;
  readonly period: string;
}

/** Whether a run is counted in a bucket, by the run's entries there: more than 0 when it is. */
export const MEMBERSHIP = raw<number>`sum(case kind when 'hold' then 1 when 'adjust' then 1 when 'leave' then -1 else 0 end)`;

/** The condition that a bucket's period, or a credit, ends after this moment or never. */
export function endsAfter(at: number) {
  return ({ eb, or }: ExpressionBuilder<Tables, 'bucket'>) =>
    or([eb('ends_at', 'is', null), eb('ends_at', '>', at)]);
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

export function createBucketQueries(kind: Database['kind']) {
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
                    take((values) => itemAt(values.names, index).scope),
                  ),
                  eb(
                    'unit',
                    '=',
                    take((values) => itemAt(values.names, index).unit),
                  ),
                  eb(
                    'period',
                    '=',
                    take((values) => itemAt(values.names, index).period),
                  ),
                ]),
              );
              if (!credits) return or(each);
              const keys = indexes(credits).map((index) =>
                take((values) => itemAt(values.creditKeys, index)),
              );
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
              indexes(ids).map((index) => take((values) => itemAt(values.ids, index))),
            ),
        ),
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
