/** The pool of Postgres connections: few of them, with whole numbers read as numbers. */

import pg from 'pg';
import { describeError, type Log } from '../log.ts';

/** More are slower: every hold changes the same row, the budget of everybody. */
const CONNECTIONS = 6;
const CONNECT_TIMEOUT_MS = 10_000;

/** BIGINT as a JavaScript number: exact for every amount and time we store, and only for this pool. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (type, format) =>
    type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format),
};

export function createPostgresPool(url: string, log: Log | undefined): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => log?.warn({ error: describeError(error) }, 'lost a connection to Postgres'));
  return pool;
}
