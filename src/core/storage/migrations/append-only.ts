/** Triggers by which the database itself refuses to change or delete a table's rows. */

import { type Kysely, sql } from 'kysely';

async function onSqlite(db: Kysely<unknown>, table: string): Promise<void> {
  for (const action of ['update', 'delete']) {
    await sql`
      create trigger ${sql.id(`${table}_no_${action}`)} before ${sql.raw(action)} on ${sql.table(table)}
      begin select raise(abort, ${sql.lit(`${table} is append-only`)}); end`.execute(db);
  }
}

async function onPostgres(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`
    create or replace function refuse_change() returns trigger language plpgsql as
    $$ begin raise exception '% is append-only', tg_table_name; end $$`.execute(db);
  await sql`
    create trigger ${sql.id(`${table}_append_only`)} before update or delete or truncate on ${sql.table(table)}
    for each statement execute function refuse_change()`.execute(db);
}

export async function makeAppendOnly(
  db: Kysely<unknown>,
  kind: 'sqlite' | 'postgres',
  table: string,
): Promise<void> {
  await (kind === 'sqlite' ? onSqlite(db, table) : onPostgres(db, table));
}
