import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCache, createKeptValues } from '../../../src/core/storage/cache.ts';
import type { Database } from '../../../src/core/storage/database.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';

let database: Database;

beforeEach(async () => {
  database = await openDatabase('sqlite::memory:');
});

afterEach(() => database.close());

it('gives back what was stored, and nothing when it has expired or was deleted', async () => {
  const cache = createCache({ database });
  await cache.set('kept', { words: ['a', 'ü'] });
  await cache.set('expired', 1, 1);
  await cache.set('deleted', 1);
  await cache.delete('deleted');
  await expect.poll(() => cache.get('expired')).toBeUndefined();
  expect(await cache.get('kept')).toEqual({ words: ['a', 'ü'] });
  expect(await cache.get('deleted')).toBeUndefined();
});

it('is a miss, soon, while Redis is down', async () => {
  const cache = createCache({ database, redisUrl: 'redis://127.0.0.1:9' });
  const before = performance.now();
  expect(await cache.set('key', 'value')).toBe(false);
  expect(await cache.get('key')).toBeUndefined();
  expect(performance.now() - before).toBeLessThan(3_000);
  await cache.disconnect();
});

it('values that are kept are waited for while the database is busy, and never taken for absent', async () => {
  const kept = createKeptValues(database);
  const cache = createCache({ database });
  await kept.set('key', 'value');
  let read: Promise<unknown> | undefined;
  await database.sql.transaction().execute(async () => {
    read = kept.get('key');
    expect(await cache.get('key')).toBeUndefined();
  });
  expect(await read).toBe('value');
  expect(await cache.get('key')).toBe('value');
});

it('values that are kept say when they cannot be had', async () => {
  const other = await openDatabase('sqlite::memory:');
  const kept = createKeptValues(other);
  await other.close();
  await expect(kept.get('key')).rejects.toThrow();
  await expect(kept.set('key', 'value')).rejects.toThrow();
});
