/** The statements of every admission and settlement, compiled once for each database. */

import { sql as raw } from 'kysely';
import type { HoldTable } from '../storage/budget-tables.ts';
import type { Database } from '../storage/database.ts';
import { indexes, itemAt, reusableBySize, reusableQuery } from '../storage/reusable-query.ts';
import { createBucketQueries } from './bucket-queries.ts';
import { DIGITS, KEPT_RUNS } from './estimates.ts';

/** What a run changes in one bucket. */
export interface Change {
  readonly bucketId: number;
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

interface Learnt {
  readonly model: string;
  readonly command: string;
}

export type Queries = ReturnType<typeof createQueries>;

export function createQueries(kind: Database['kind']) {
  return {
    ...createBucketQueries(kind),

    insertEntries: reusableBySize(
      ({ changes }: Entries) => [changes.length],
      ([changes]) =>
        reusableQuery<Entries, unknown>((sql, take) =>
          sql.insertInto('entry').values(
            indexes(changes).map((index) => ({
              at: take((values) => values.now),
              kind: take((values) => values.kind),
              bucket_id: take((values) => itemAt(values.changes, index).bucketId),
              run_id: take((values) => values.runId),
              reserved_micro_usd: take((values) => itemAt(values.changes, index).reserved),
              spent_micro_usd: take((values) => itemAt(values.changes, index).spent),
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
  };
}
