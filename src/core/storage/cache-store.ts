/** Keyv over our own `cache` table: what may be lost, in the database that is there anyway. */

import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import type { Database } from './database.ts';

/** Keyv serialises the values and puts the namespace into the keys; expired rows read as absent until `sweep` deletes them. */
export function createCacheStore(database: Database, now: () => number = Date.now): KeyvStoreAdapter {
  const store = {
    opts: {},
    async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
      const row = await database.sql
        .selectFrom('cache')
        .select(['value', 'expires_at'])
        .where('key', '=', key)
        .executeTakeFirst();
      if (!row || (row.expires_at !== null && row.expires_at <= now())) return undefined;
      // Keyv's type leaves it out, but a string is what it hands to its deserializer.
      return row.value as Value;
    },
    async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
      if (typeof value !== 'string') throw new TypeError('the cache stores what Keyv has serialised');
      const row = { value, expires_at: ttl ? now() + ttl : null };
      await database.sql
        .insertInto('cache')
        .values({ key, ...row })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
        .execute();
      return true;
    },
    async delete(key: string): Promise<boolean> {
      const { numDeletedRows } = await database.sql
        .deleteFrom('cache')
        .where('key', '=', key)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    async clear(): Promise<void> {
      await database.sql.deleteFrom('cache').execute();
    },
  };
  return Object.assign(new EventEmitter(), store);
}
