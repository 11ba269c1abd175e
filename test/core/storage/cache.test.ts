import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCache } from '../../../src/core/storage/cache.ts';
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
