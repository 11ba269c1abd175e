/** The statements of every admission and settlement of a run, compiled once for each database. */

import { type Kysely, sql as raw } from 'kysely';
import { type ReusableQuery, reusableQuery } from '../storage/reusable-query.ts';
import type { RunTable, Tables } from '../storage/tables.ts';

interface Event {
  readonly id: string;
  readonly takenAt: number;
  readonly runId: string;
}

type Settled = Pick<RunTable, 'id' | 'cost_micro_usd' | 'outcome' | 'failure' | 'started_at' | 'ended_at'>;

function columnsOf<T extends object>(row: T): (keyof T & string)[] {
  const columns: (keyof T & string)[] = [];
  for (const column in row) columns.push(column);
  return columns;
}

function insertOf(columns: readonly (keyof RunTable)[]): ReusableQuery<RunTable, unknown> {
  return reusableQuery((sql, take) =>
    sql
      .insertInto('run')
      .columns([...columns])
      .expression(raw`values (${raw.join(columns.map((column) => raw.val(take((row) => row[column]))))})`),
  );
}

export type RunQueries = ReturnType<typeof createRunQueries>;

export function createRunQueries() {
  let insert: ReusableQuery<RunTable, unknown> | undefined;
  return {
    /** Gives no row when the event was taken before. */
    takeEvent: reusableQuery<Event, { id: string }>((sql, take) =>
      sql
        .insertInto('event')
        .values({
          id: take((event) => event.id),
          taken_at: take((event) => event.takenAt),
          run_id: take((event) => event.runId),
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id'),
    ),

    insertRun(sql: Kysely<Tables>, row: RunTable) {
      insert ??= insertOf(columnsOf(row));
      return insert(sql, row);
    },

    /** Gives no row when the run was settled before. What was recorded of its start stands unless there is better. */
    settleRun: reusableQuery<Settled, { id: string }>((sql, take) =>
      sql
        .updateTable('run')
        .set({
          state: raw.lit('settled'),
          cost_micro_usd: take((run) => run.cost_micro_usd),
          outcome: take((run) => run.outcome),
          failure: take((run) => run.failure),
          ended_at: take((run) => run.ended_at),
          started_at: (row) => row.fn.coalesce(row.val(take((run) => run.started_at)), 'started_at'),
        })
        .where(
          'id',
          '=',
          take((run) => run.id),
        )
        .where('state', 'in', [
          raw.lit('queued'),
          raw.lit('admitted'),
          raw.lit('submitting'),
          raw.lit('running'),
        ])
        .returning('id'),
    ),
  };
}
