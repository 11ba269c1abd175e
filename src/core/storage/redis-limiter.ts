/** Request counters in Redis, for several processes that share them; in memory while Redis is away. */

import { createClient } from '@redis/client';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { OperatorError } from '../errors.ts';
import { describeError, type Log } from '../log.ts';

export interface RedisLimiter {
  readonly limiter: RateLimiterRedis;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5000;

/** Throws OperatorError, without the URL, when Redis cannot be reached at the start. */
export async function connectRedisLimiter(options: {
  redisUrl: string;
  count: number;
  seconds: number;
  log: Log;
}): Promise<RedisLimiter> {
  const { redisUrl, log } = options;
  const window = { points: options.count, duration: options.seconds };
  const client = createClient({
    url: redisUrl,
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_TIMEOUT_MS },
  });
  client.on('error', (error) => log.warn({ reason: describeError(error) }, 'Redis is not reachable'));
  try {
    await client.connect();
  } catch (error) {
    client.destroy();
    throw new OperatorError(`REDIS_URL: cannot connect (${describeError(error)})`, 'The bot is starting.');
  }
  return {
    limiter: new RateLimiterRedis({
      ...window,
      storeClient: client,
      useRedisPackage: true,
      keyPrefix: 'replibot:requests',
      insuranceLimiter: new RateLimiterMemory(window),
    }),
    close: async () => client.destroy(),
  };
}
