/** SQLite through the `node:sqlite` API: Node's own where it is there without a flag (>= 22.13), else a package with the same API. */

export interface SqliteStatement {
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: unknown[]): Iterable<unknown>;
}

/** One open connection; every call is synchronous. */
export interface SqliteConnection {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string) => SqliteConnection;
}

function isSqliteModule(module: unknown): module is SqliteModule {
  return (
    typeof module === 'object' &&
    module !== null &&
    'DatabaseSync' in module &&
    typeof module.DatabaseSync === 'function'
  );
}

async function loadModule(): Promise<SqliteModule> {
  const builtin: unknown = process.getBuiltinModule('node:sqlite');
  if (isSqliteModule(builtin)) return builtin;
  const packaged: unknown = await import('@photostructure/sqlite');
  if (isSqliteModule(packaged)) return packaged;
  throw new Error('neither node:sqlite nor @photostructure/sqlite has a DatabaseSync');
}

/** Opens (and creates) the file at `path`, or a database in memory for `:memory:`. */
export async function openSqlite(path: string): Promise<SqliteConnection> {
  const { DatabaseSync } = await loadModule();
  return new DatabaseSync(path);
}
