/** Tables and indexes by a short list of columns; the kind of database decides the types. */

import type { ColumnDataType, CreateTableBuilder, Kysely } from 'kysely';

type Column = 'text' | 'text?' | 'number' | 'number?' | 'text key' | 'row id';

function addColumn(
  table: CreateTableBuilder<string, string>,
  kind: 'sqlite' | 'postgres',
  name: string,
  column: Column,
): CreateTableBuilder<string, string> {
  const number: ColumnDataType = kind === 'sqlite' ? 'integer' : 'bigint';
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

/** A `?` marks what may be null. */
export async function createTable(
  db: Kysely<unknown>,
  kind: 'sqlite' | 'postgres',
  name: string,
  columns: Record<string, Column>,
): Promise<void> {
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name);
  for (const [column, type] of Object.entries(columns)) table = addColumn(table, kind, column, type);
  await table.execute();
}

/** Named after its table and columns. */
export async function createIndex(
  db: Kysely<unknown>,
  table: string,
  columns: string[],
  unique: 'unique' | 'not unique' = 'not unique',
): Promise<void> {
  const index = db.schema
    .createIndex([table, ...columns].join('_'))
    .on(table)
    .columns(columns);
  await (unique === 'unique' ? index.unique() : index).execute();
}
