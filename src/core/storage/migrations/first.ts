/** The first migration: the tables that there were from the beginning, with their indexes and the append-only ledger. */

import type { Kysely, Migration } from 'kysely';
import { createBudgetTables } from './budget-tables.ts';
import { createIndex, createTable } from './create-table.ts';

export function createFirst(kind: 'sqlite' | 'postgres'): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await createTable(db, kind, 'run', {
        id: 'text key',
        state: 'text',
        person_id: 'text',
        surface: 'text',
        place: 'text',
        command: 'text',
        plan: 'text',
        reply_ref: 'text',
        hold_micro_usd: 'number',
        cost_micro_usd: 'number?',
        prediction_id: 'text?',
        created_at: 'number',
        submitted_at: 'number?',
        started_at: 'number?',
        ended_at: 'number?',
        outcome: 'text?',
        failure: 'text?',
        cancelled_by: 'text?',
        lease_owner: 'text?',
        lease_until: 'number',
      });
      await createIndex(db, 'run', ['state', 'lease_until']);
      await createIndex(db, 'run', ['person_id', 'created_at']);
      // How many a person has under way is asked at every admission.
      await createIndex(db, 'run', ['person_id', 'state']);
      // Two runs can never claim one prediction.
      await createIndex(db, 'run', ['prediction_id'], 'unique');
      await createIndex(db, 'run', ['created_at']);

      await createTable(db, kind, 'event', { id: 'text key', taken_at: 'number', run_id: 'text?' });
      await createIndex(db, 'event', ['taken_at']);

      await createBudgetTables(db, kind);

      await createTable(db, kind, 'person', { id: 'text key', name: 'text', seen_at: 'number' });

      await createTable(db, kind, 'api_key', {
        name: 'text key',
        hash: 'text',
        callback_secret: 'text',
        admin: 'number',
        created_at: 'number',
        last_used_at: 'number?',
      });
      await createIndex(db, 'api_key', ['hash'], 'unique');

      await createTable(db, kind, 'model_pin', { name: 'text key', ref: 'text', pinned_at: 'number' });
      await createTable(db, kind, 'allowed_model', {
        name: 'text key',
        ref: 'text',
        allowed_by: 'text',
        allowed_at: 'number',
      });

      await createTable(db, kind, 'cache', { key: 'text key', value: 'text', expires_at: 'number?' });
      await createIndex(db, 'cache', ['expires_at']);
    },
  };
}
