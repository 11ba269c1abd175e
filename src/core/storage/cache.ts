/** The cache: Keyv over Redis when there is one, else over the database. Nothing that counts money or decides "once" belongs here. */

import KeyvRedis from '@keyv/redis';
import Keyv from 'keyv';
import type { Log } from '../log.ts';
import { createCacheStore } from './cache-store.ts';
import type { Database } from './database.ts';
import { guardStore } from './guarded-store.ts';

/** Longer than any healthy answer, short enough that nobody notices a cache that is down. */
const TIMEOUT_MS = 500;

export type Cache = Keyv;

const NAMESPACE = 'replibot';

/** Never throws and never waits longer than half a second: while the cache is down, every `get` is a miss. */
export function createCache(options: {
  readonly database: Database;
  readonly redisUrl?: string | undefined;
  readonly log?: Log;
}): Cache {
  const { database, redisUrl, log } = options;
  const store =
    redisUrl === undefined
      ? createCacheStore(database)
      : new KeyvRedis({ url: redisUrl, disableOfflineQueue: true }, { connectionTimeout: TIMEOUT_MS });
  return new Keyv({
    store: guardStore(store, { timeoutMs: TIMEOUT_MS, ...(log ? { log } : {}) }),
    namespace: NAMESPACE,
  });
}

/**
 * The same table for what must not be taken for absent, and so be written anew, only because the database is slow: waits for
 * it, and throws where it fails.
 */
export function createKeptValues(database: Database): Cache {
  return new Keyv({ store: createCacheStore(database), namespace: NAMESPACE, throwOnErrors: true });
}
