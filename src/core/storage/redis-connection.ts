/** The connection to Redis that counters of several processes share, and whether Redis is there. */

import { setImmediate } from 'node:timers/promises';
import { createClient, ErrorReply } from '@redis/client';
import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import { describeError, type Log } from '../log.ts';

type RedisClient = ReturnType<typeof createRedisClient>;

export interface RedisConnection {
  readonly client: RedisClient;
  /** It has not answered since it last failed to. */
  readonly away: boolean;
  /** Its answer. Rejects as that does, or when none has come within `timeoutMs`; what is no `isAnswer` is Redis' failure. */
  ask<T>(answer: Promise<T>, timeoutMs: number, isAnswer?: (error: unknown) => boolean): Promise<T>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5000;
/** A Redis that is away does not hold up the start for longer. */
const START_PATIENCE_MS = 2000;
const LONGEST_WAIT_MS = 2000;
/** A connection that carries nothing any more is noticed by this: the pings keep a good one busy. */
const PING_MS = 3000;
const SILENCE_MS = 10_000;

/** Throws OperatorError, without the URL, when Redis refuses us. One that is away is connected to later. */
export async function connectRedis(options: {
  readonly redisUrl: string;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<RedisConnection> {
  const { redisUrl, clock, log } = options;
  let starting = true;
  const client = createRedisClient(redisUrl, () => starting);
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
    if (away) log.info({}, 'Redis is back: the processes count together again');
    away = false;
  }

  return {
    client,
    get away() {
      return away;
    },
    async ask(answer, timeoutMs, isAnswer) {
      const answered = new AbortController();
      const late = clock.sleep(timeoutMs, answered.signal).then(async () => {
        // Where it is this process that was busy for so long, the answer may be there, but not read yet.
        await setImmediate();
        throw new Error(`no answer within ${timeoutMs} ms`);
      });
      try {
        const result = await Promise.race([answer, late]);
        back();
        return result;
      } catch (error) {
        if (isAnswer?.(error)) back();
        else report(error);
        throw error;
      } finally {
        answered.abort();
      }
    },
    close: async () => {
      if (client.isOpen) client.destroy();
    },
  };
}

function createRedisClient(url: string, isStarting: () => boolean) {
  return createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: (retries, cause) =>
        isStarting() && isRefusal(cause) ? cause : Math.min(50 * 2 ** retries, LONGEST_WAIT_MS),
    },
  });
}

/** A wrong password, a database that does not exist: trying again will not help. One that is still loading will get ready. */
function isRefusal(cause: Error): boolean {
  return cause instanceof ErrorReply && /^(WRONGPASS|NOAUTH|NOPERM|ERR) /.test(cause.message);
}
