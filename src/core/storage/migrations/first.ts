/** The first migration: every table of `tables.ts`, with its indexes and the append-only ledger. */

import { type ColumnDataType, type CreateTableBuilder, type Kysely, type Migration, sql } from 'kysely';
import { makeAppendOnly } from './append-only.ts';

type Column = 'text' | 'text?' | 'number' | 'number?' | 'text key' | 'row id';

export function createFirst(kind: 'sqlite' | 'postgres'): Migration {
  const number: ColumnDataType = kind === 'sqlite' ? 'integer' : 'bigint';

  function addColumn(
    table: CreateTableBuilder<string, string>,
    name: string,
    column: Column,
  ): CreateTableBuilder<string, string> {
    switch (column) {
      case 'text':
        return table.addColumn(name, 'text', (definition) => definition.notNull());
      case 'text?':
        return table.addColumn(name, 'text');
      case 'text key':
        return table.addColumn(name, 'text', (definition) => definition.notNull().primaryKey());
      case 'number':
        return table.addColumn(name, number, (definition) => definition.notNull());
      case 'number?':
        return table.addColumn(name, number);
      case 'row id':
        return table.addColumn(name, number, (definition) =>
          kind === 'sqlite'
            ? definition.primaryKey().autoIncrement()
            : definition.generatedAlwaysAsIdentity().primaryKey(),
        );
    }
  }

  async function createTable(
    db: Kysely<unknown>,
    name: string,
    columns: Record<string, Column>,
  ): Promise<void> {
    let table: CreateTableBuilder<string, string> = db.schema.createTable(name);
    for (const [column, type] of Object.entries(columns)) table = addColumn(table, column, type);
    await table.execute();
  }

  async function createIndex(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
    await db.schema
      .createIndex([table, ...columns].join('_'))
      .on(table)
      .columns(columns)
      .execute();
  }

  return {
    async up(db: Kysely<unknown>) {
      await createTable(db, 'run', {
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
      // Two runs can never claim one prediction.
      await db.schema.createIndex('run_prediction_id').on('run').column('prediction_id').unique().execute();
      await createIndex(db, 'run', ['created_at']);

      await createTable(db, 'event', { id: 'text key', taken_at: 'number' });
      await createIndex(db, 'event', ['taken_at']);

      await createTable(db, 'policy', {
        scope: 'text key',
        limit_micro_usd: 'number?',
        unit: 'text',
        set_by: 'text',
        set_at: 'number',
      });

      await createTable(db, 'bucket', {
        id: 'row id',
        scope: 'text',
        unit: 'text',
        period: 'text',
        starts_at: 'number',
        ends_at: 'number?',
        limit_micro_usd: 'number?',
        reserved_micro_usd: 'number',
        spent_micro_usd: 'number',
      });
      await db.schema
        .createIndex('bucket_scope_unit_period')
        .unique()
        .on('bucket')
        .columns(['scope', 'unit', 'period'])
        .execute();

      await createTable(db, 'hold', {
        run_id: 'text key',
        person_id: 'text',
        state: 'text',
        amount_micro_usd: 'number',
        cost_micro_usd: 'number?',
        created_at: 'number',
        resolved_at: 'number?',
      });
      await createIndex(db, 'hold', ['person_id', 'created_at']);
      await createIndex(db, 'hold', ['created_at']);
      await sql`create index hold_open on hold (run_id) where state = 'held'`.execute(db);

      await createTable(db, 'hold_bucket', { run_id: 'text', bucket_id: 'number' });
      await db.schema
        .createIndex('hold_bucket_run_bucket')
        .unique()
        .on('hold_bucket')
        .columns(['run_id', 'bucket_id'])
        .execute();

      await createTable(db, 'entry', {
        id: 'row id',
        at: 'number',
        kind: 'text',
        bucket_id: 'number',
        run_id: 'text?',
        actor_id: 'text?',
        reserved_micro_usd: 'number',
        spent_micro_usd: 'number',
      });
      await createIndex(db, 'entry', ['bucket_id']);
      await createIndex(db, 'entry', ['run_id']);
      await createIndex(db, 'entry', ['at']);
      await makeAppendOnly(db, kind, 'entry');

      await createTable(db, 'audit', {
        id: 'row id',
        at: 'number',
        actor_id: 'text',
        action: 'text',
        scope: 'text',
        before: 'text?',
        after: 'text?',
      });
      await createIndex(db, 'audit', ['at']);
      await makeAppendOnly(db, kind, 'audit');

      await createTable(db, 'cache', { key: 'text key', value: 'text', expires_at: 'number?' });
      await createIndex(db, 'cache', ['expires_at']);
    },
  };
}
