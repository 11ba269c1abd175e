/** Runs as they stand in the database: by id, by event, by person. */

import type { Kysely } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Run } from './run.ts';
import { fromRow } from './run-row.ts';

export interface RunReads {
  get(id: string): Promise<Run | undefined>;
  /** The run that an event became. */
  ofEvent(eventId: string): Promise<Run | undefined>;
  /** The last runs of these people, newest first. */
  recent(personIds: readonly string[], count: number): Promise<readonly Run[]>;
  /** Another run that waits to hear of a create of the same model: a prediction found in the list may be that one's. */
  othersSubmitting(run: Run): Promise<readonly Run[]>;
}

export function createRunReads(sql: Kysely<Tables>): RunReads {
  return {
    async get(id) {
      const row = await sql.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst();
      return row && fromRow(row);
    },

    async ofEvent(eventId) {
      const row = await sql
        .selectFrom('event')
        .innerJoin('run', 'run.id', 'event.run_id')
        .selectAll('run')
        .where('event.id', '=', eventId)
        .executeTakeFirst();
      return row && fromRow(row);
    },

    async recent(personIds, count) {
      const rows = await sql
        .selectFrom('run')
        .selectAll()
        .where('person_id', 'in', personIds)
        .orderBy('created_at', 'desc')
        .limit(count)
        .execute();
      return rows.map(fromRow);
    },

    async othersSubmitting(run) {
      const rows = await sql
        .selectFrom('run')
        .selectAll()
        .where('state', '=', 'submitting')
        .where('id', '!=', run.id)
        .execute();
      const request = JSON.stringify([run.plan.model, run.plan.input]);
      return rows
        .map(fromRow)
        .filter((other) => JSON.stringify([other.plan.model, other.plan.input]) === request);
    },
  };
}
