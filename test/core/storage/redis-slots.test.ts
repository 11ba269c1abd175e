/** Lane slots in Redis, as several processes share them. */

import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Lane } from '../../../src/core/chat.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { Log } from '../../../src/core/log.ts';
import { connectRedis } from '../../../src/core/storage/redis-connection.ts';
import { createRedisSlots } from '../../../src/core/storage/redis-slots.ts';
import { createWire } from '../../end-to-end/wire.ts';
import { createRedisDatabase, redisUrl } from '../../services.ts';
import { describeSharedSlots, LEASE_MS } from '../reply/shared-slots-contract.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const connect = (url: string, log = silent) => connectRedis({ redisUrl: url, clock: systemClock, log });

describe.runIf(redisUrl)('with Redis', () => {
  describeSharedSlots('slots shared in Redis', async () => {
    const url = await createRedisDatabase(redisUrl ?? '', 9);
    const opened: { close(): Promise<void> }[] = [];
    return {
      async join() {
        const redis = await connect(url);
        opened.push(redis);
        return { slots: createRedisSlots(redis, systemClock, LEASE_MS), die: () => redis.close() };
      },
      now: () => performance.now(),
      pass: (ms) => sleep(ms),
      close: async () => void (await Promise.all(opened.map((redis) => redis.close()))),
    };
  });

  const lane: Lane = { key: 'lane', slots: 1, windowMs: 400, shared: true };
  const request = { lane, count: 1, weight: 1 };

  it('leave nothing behind in Redis', async () => {
    const url = await createRedisDatabase(redisUrl ?? '', 8);
    const redis = await connect(url);
    const client = await createClient({ url }).connect();
    onTestFinished(async () => {
      await redis.close();
      client.destroy();
    });
    const answer = await createRedisSlots(redis, systemClock).take(request);
    answer?.slot?.release(true);
    expect(await client.keys('replibot:*')).toEqual(['replibot:slots:lane']);
    expect(await client.pTTL('replibot:slots:lane')).toBeLessThanOrEqual(20_400);
    expect(await client.pTTL('replibot:slots:lane')).toBeGreaterThan(0);
  });

  it.each(['cut', 'silence'] as const)(
    'hold up one write for a moment and no other while the connection is under %s, and are back by themselves',
    async (how) => {
      const url = new URL(await createRedisDatabase(redisUrl ?? '', 7));
      const wire = await createWire(url);
      url.hostname = '127.0.0.1';
      url.port = String(wire.port);
      const logged: string[] = [];
      const write = (_: object, message: string) => void logged.push(message);
      const redis = await connect(url.href, { debug: write, info: write, warn: write, error: write });
      onTestFinished(async () => {
        await redis.close();
        await wire.close();
      });
      const slots = createRedisSlots(redis, systemClock);
      const first = await slots.take(request);
      expect(first?.slot).toBeDefined();
      wire[how]();
      const from = performance.now();
      for (let count = 0; count < 20; count++) expect(await slots.take(request)).toBeUndefined();
      expect(performance.now() - from).toBeLessThan(600);
      expect(logged).toEqual(['Redis is away: each process counts by itself']);
      wire.mend();
      await vi.waitFor(async () => expect(await slots.take(request)).toBeDefined(), { timeout: 20_000 });
      expect(logged).toEqual([
        'Redis is away: each process counts by itself',
        'Redis is back: the processes count together again',
      ]);
    },
  );
});
