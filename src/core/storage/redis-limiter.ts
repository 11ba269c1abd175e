/** Request counters in Redis, for several processes that share them; each counts by itself while Redis is away. */

import { createClient, ErrorReply } from '@redis/client';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import { describeError, type Log } from '../log.ts';
import type { Limiter, LimiterWindow } from '../request-limits.ts';

export interface RedisLimiters {
  /** One that never waits long and never fails for Redis' sake. */
  create(window: LimiterWindow): Limiter;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5000;
/** A Redis that is away does not hold up the start for longer. */
const START_PATIENCE_MS = 2000;
const LONGEST_WAIT_MS = 2000;
/** Longer than any healthy answer, short enough to be asked before every request. */
const ANSWER_TIMEOUT_MS = 500;
/** A connection that carries nothing any more is noticed by this: the pings keep a good one busy. */
const PING_MS = 3000;
const SILENCE_MS = 10_000;

/** Throws OperatorError, without the URL, when Redis refuses us. One that is away is connected to later. */
export async function connectRedisLimiters(options: {
  readonly redisUrl: string;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<RedisLimiters> {
  const { redisUrl, clock, log } = options;
  let starting = true;
  const client = createClient({
    url: redisUrl,
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: (retries, cause) =>
        starting && isRefusal(cause) ? cause : Math.min(50 * 2 ** retries, LONGEST_WAIT_MS),
    },
  });
  let away = false;
  client.on('error', report);
  const patience = new AbortController();
  try {
    const late = clock.sleep(START_PATIENCE_MS, patience.signal).catch(() => undefined);
    await Promise.race([client.connect(), late]);
  } catch (error) {
    throw new OperatorError(`REDIS_URL: refused (${describeError(error)})`, 'The bot is starting.');
  } finally {
    starting = false;
    patience.abort();
  }

  /** Only the first of a row of failures is logged. */
  function report(error: unknown): void {
    if (!away) log.warn({ reason: describeError(error) }, 'Redis is away: each process counts by itself');
    away = true;
  }

  function back(): void {
    if (away) log.info({}, 'Redis is back: requests are counted together again');
    away = false;
  }

  /** Its answer; `otherwise`'s when Redis does not give one in time. A refusal is an answer. */
  async function ask<T>(answer: Promise<T>, otherwise: () => Promise<T>): Promise<T> {
    const answered = new AbortController();
    const late = clock.sleep(ANSWER_TIMEOUT_MS, answered.signal).then(() => {
      throw new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`);
    });
    try {
      const result = await Promise.race([answer, late]);
      back();
      return result;
    } catch (error) {
      if (error instanceof RateLimiterRes) {
        back();
        throw error;
      }
      report(error);
      return otherwise();
    } finally {
      answered.abort();
    }
  }

  return {
    create({ name, points, duration }) {
      const memory = new RateLimiterMemory({ points, duration });
      const shared = new RateLimiterRedis({
        points,
        duration,
        storeClient: client,
        useRedisPackage: true,
        keyPrefix: `replibot:${name}`,
      });
      return {
        consume: (key) => ask(shared.consume(key), () => memory.consume(key)),
        get: (key) => ask(shared.get(key), () => memory.get(key)),
      };
    },
    close: async () => {
      if (client.isOpen) client.destroy();
    },
  };
}

/** A wrong password, a database that does not exist: trying again will not help. One that is still loading will get ready. */
function isRefusal(cause: Error): boolean {
  return cause instanceof ErrorReply && /^(WRONGPASS|NOAUTH|NOPERM|ERR) /.test(cause.message);
}
