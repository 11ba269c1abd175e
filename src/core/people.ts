/** What people are called, so that reports can be read: the last name that each was seen by. */

import type { Person } from './chat.ts';
import type { Clock } from './clock.ts';
import type { Database } from './storage/database.ts';

export interface People {
  /** Remembers the name; writes only what is new. */
  note(person: Person): Promise<void>;
  /** By id; who was never seen is not among them. */
  names(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** What this process has written already; more are written again. */
const REMEMBERED = 10_000;

export function createPeople({ database, clock }: { database: Database; clock: Clock }): People {
  const { sql } = database;
  const known = new Map<string, string>();
  return {
    async note({ id, name }) {
      if (known.get(id) === name) return;
      const row = { name, seen_at: clock.now() };
      await sql
        .insertInto('person')
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
      if (known.size >= REMEMBERED) known.clear();
      known.set(id, name);
    },
    async names(ids) {
      if (ids.length === 0) return new Map();
      const rows = await sql.selectFrom('person').select(['id', 'name']).where('id', 'in', ids).execute();
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
  };
}
