/** The tables of budgets: caps, buckets, holds, the append-only ledger, links between accounts. */

import { type Kysely, sql } from 'kysely';
import { makeAppendOnly } from './append-only.ts';
import { createIndex, createTable } from './create-table.ts';

export async function createBudgetTables(db: Kysely<unknown>, kind: 'sqlite' | 'postgres'): Promise<void> {
  await createTable(db, kind, 'budget_version', { version: 'number' });
  await sql`insert into budget_version (version) values (0)`.execute(db);

  await createTable(db, kind, 'policy', {
    scope: 'text key',
    limit_micro_usd: 'number?',
    unit: 'text',
    set_by: 'text',
    set_at: 'number',
  });
  await createTable(db, kind, 'pause', { scope: 'text key', paused_by: 'text', paused_at: 'number' });

  await createTable(db, kind, 'bucket', {
    id: 'row id',
    scope: 'text',
    rank: 'number',
    unit: 'text',
    period: 'text',
    starts_at: 'number',
    ends_at: 'number?',
    limit_micro_usd: 'number?',
    carried_micro_usd: 'number',
    reserved_micro_usd: 'number',
    spent_micro_usd: 'number',
    warned: 'number',
  });
  await createIndex(db, 'bucket', ['scope', 'unit', 'period'], 'unique');

  await createTable(db, kind, 'hold', {
    run_id: 'text key',
    person_id: 'text',
    workspace: 'text?',
    channel: 'text?',
    model: 'text',
    command: 'text',
    state: 'text',
    amount_micro_usd: 'number',
    cost_micro_usd: 'number?',
    measured: 'number',
    created_at: 'number',
    resolved_at: 'number?',
  });
  await createIndex(db, 'hold', ['person_id', 'created_at']);
  await createIndex(db, 'hold', ['created_at', 'run_id']);
  await sql`create index hold_open on hold (run_id) where state = 'held'`.execute(db);

  await createTable(db, kind, 'entry', {
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
  await makeAppendOnly(db, kind, 'entry');

  await createTable(db, kind, 'estimate', { model: 'text', command: 'text', runs: 'number', costs: 'text' });
  await createIndex(db, 'estimate', ['model', 'command'], 'unique');

  await createTable(db, kind, 'audit', {
    id: 'row id',
    at: 'number',
    actor_id: 'text',
    place: 'text?',
    action: 'text',
    scope: 'text',
    before: 'text?',
    after: 'text?',
  });
  await makeAppendOnly(db, kind, 'audit');

  await createTable(db, kind, 'link', { person_id: 'text key', account_id: 'text', linked_at: 'number' });
  await createIndex(db, 'link', ['account_id']);
  await createTable(db, kind, 'link_code', {
    code_hash: 'text key',
    person_id: 'text',
    expires_at: 'number',
  });
  await createIndex(db, 'link_code', ['person_id']);
  await createTable(db, kind, 'link_attempt', { id: 'row id', person_id: 'text', at: 'number' });
  await createIndex(db, 'link_attempt', ['person_id', 'at']);
}
