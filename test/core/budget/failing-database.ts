/** A database that breaks off after a given number of statements, as when a process dies or a connection is lost. */

import type { KyselyPlugin } from 'kysely';
import type { Database } from '../../../src/core/storage/database.ts';

export interface FailingDatabase {
  readonly database: Database;
  /** The nth statement from now on is done, but its answer never arrives. */
  failAt(nth: number): void;
  /** Whether it came to that; from then on everything works again. */
  heal(): boolean;
}

export class BrokenOff extends Error {}

export function breakOff({ kind, sql, close }: Database): FailingDatabase {
  let left = 0;
  let armed = false;
  let failed = false;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      if (armed && --left === 0) {
        armed = false;
        failed = true;
        throw new BrokenOff('the connection broke off');
      }
      return result;
    },
  };
  return {
    database: { kind, sql: sql.withPlugin(plugin), close },
    failAt(nth) {
      left = nth;
      armed = true;
      failed = false;
    },
    heal() {
      armed = false;
      return failed;
    },
  };
}
