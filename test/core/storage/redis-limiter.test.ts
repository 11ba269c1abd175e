/** Request limits in Redis, as several processes share them. */

import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { OperatorError } from '../../../src/core/errors.ts';
import type { Log } from '../../../src/core/log.ts';
import { createRequestLimits, type LimiterWindow } from '../../../src/core/request-limits.ts';
import { connectRedis, type RedisConnection } from '../../../src/core/storage/redis-connection.ts';
import { createRedisLimiter } from '../../../src/core/storage/redis-limiter.ts';
import { createRedisDatabase, redisUrl } from '../../services.ts';

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const connect = (url: string) => connectRedis({ redisUrl: url, clock: systemClock, log });
const limiterOn = (redis: RedisConnection) => (window: LimiterWindow) => createRedisLimiter(redis, window);

describe.runIf(redisUrl)('limits in Redis', () => {
  const opened: RedisConnection[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((redis) => redis.close())));

  it('hold for all processes together: requests of a person and the rest of a command', async () => {
    const url = await createRedisDatabase(redisUrl ?? '', 15);
    const processes = await Promise.all([connect(url), connect(url)]);
    opened.push(...processes);
    const [one, other] = processes.map((redis) =>
      createRequestLimits({
        count: 20,
        seconds: 3600,
        cooldowns: new Map([['imagine', 90]]),
        createLimiter: limiterOn(redis),
      }),
    );
    await one?.rest('web:ada', 'imagine');
    await expect(other?.take('web:ada', 'imagine')).rejects.toThrow(
      /^You can use `\/imagine` once every 90 s\. Try again in (90|8\d) s\.$/,
    );
    await other?.take('web:bob', 'imagine');

    const takes = Array.from({ length: 64 }, (_, index) =>
      (index % 2 === 0 ? one : other)?.take('web:ada', 'ask'),
    );
    const outcomes = await Promise.allSettled(takes);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
  });
});

it('a Redis that is away at the start stops nobody: the process counts by itself', async () => {
  const away = await connect('redis://127.0.0.1:9');
  const limits = createRequestLimits({ count: 1, seconds: 60, createLimiter: limiterOn(away) });
  await limits.take('web:ada', 'ask');
  await expect(limits.take('web:ada', 'ask')).rejects.toThrow(/^That was more than 1 request in a minute/);
  await away.close();
});

it.runIf(redisUrl)('one that refuses us is a sentence for the operator, without the password', async () => {
  const url = new URL(redisUrl ?? '');
  url.password = 'secret-word';
  const refused = connect(url.href);
  await expect(refused).rejects.toBeInstanceOf(OperatorError);
  await expect(refused).rejects.toThrow(/^REDIS_URL: refused \((?!.*secret-word).*\)$/);
});
