/** Opens the database that a URL names and brings its tables up to date. */

import { type Dialect, Kysely, Migrator, PostgresDialect } from 'kysely';
import { OperatorError } from '../errors.ts';
import { describeError, type Log } from '../log.ts';
import type { Database } from './database.ts';
import { allMigrations } from './migrations/all.ts';
import { openSqliteFile } from './open-sqlite-file.ts';
import { createPostgresPool } from './postgres-pool.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import type { Tables } from './tables.ts';

const UNAVAILABLE = 'The bot has no access to its database right now. Please try again later.';

async function openDialect(
  url: string,
  log: Log | undefined,
): Promise<{ kind: Database['kind']; dialect: Dialect }> {
  if (url.startsWith('sqlite:')) {
    const sqlite = await openSqliteFile(url.slice('sqlite:'.length));
    return { kind: 'sqlite', dialect: createSqliteDialect(sqlite) };
  }
  if (/^postgres(?:ql)?:\/\//.test(url)) {
    return { kind: 'postgres', dialect: new PostgresDialect({ pool: createPostgresPool(url, log) }) };
  }
  throw new OperatorError('DATABASE_URL must begin with sqlite: or postgres://', UNAVAILABLE);
}

/**
 * Opens `sqlite:path/to/file`, `sqlite::memory:` or `postgres://…`. Several processes may open the same database at once:
 * one of them creates the tables, the others wait. Throws an OperatorError, without the URL, when it can't be opened.
 */
export async function openDatabase(url: string, options: { readonly log?: Log } = {}): Promise<Database> {
  const { log } = options;
  let sql: Kysely<Tables> | undefined;
  try {
    const { kind, dialect } = await openDialect(url, log);
    const kysely = new Kysely<Tables>({ dialect });
    sql = kysely;
    const migrator = new Migrator({
      db: kysely,
      provider: { getMigrations: async () => allMigrations(kind) },
    });
    const { error } = await migrator.migrateToLatest();
    if (error) throw error;
    return { kind, sql: kysely, close: () => kysely.destroy() };
  } catch (error) {
    await sql?.destroy();
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(`the database can't be opened: ${describeError(error)}`, UNAVAILABLE);
  }
}
