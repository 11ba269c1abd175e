/** The SQL database behind Kysely: SQLite by default, Postgres by URL; opened with its migrations applied. */

import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  /** Never use it inside one of its own transactions: on SQLite's one connection that waits for ever. */
  readonly sql: Kysely<Tables>;
  close(): Promise<void>;
}
