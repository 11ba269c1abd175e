/** Request counters in Redis, for several processes that share them; each counts by itself while Redis is away. */

import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Limiter, LimiterWindow } from '../request-limits.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Longer than any healthy answer, short enough to be asked before every request. */
const ANSWER_TIMEOUT_MS = 500;

/** Makes one that never waits long and never fails for Redis' sake. */
export function createRedisLimiter(
  { client, ask }: RedisConnection,
  { name, points, duration }: LimiterWindow,
): Limiter {
  const memory = new RateLimiterMemory({ points, duration });
  const shared = new RateLimiterRedis({
    points,
    duration,
    storeClient: client,
    useRedisPackage: true,
    keyPrefix: `replibot:${name}`,
  });

  /** A refusal is an answer. */
  async function answerOr<T>(answer: Promise<T>, otherwise: () => Promise<T>): Promise<T> {
    try {
      return await ask(answer, ANSWER_TIMEOUT_MS, isRefusal);
    } catch (error) {
      if (isRefusal(error)) throw error;
      return otherwise();
    }
  }

  return {
    consume: (key) => answerOr(shared.consume(key), () => memory.consume(key)),
    get: (key) => answerOr(shared.get(key), () => memory.get(key)),
  };
}

const isRefusal = (error: unknown): error is RateLimiterRes => error instanceof RateLimiterRes;
