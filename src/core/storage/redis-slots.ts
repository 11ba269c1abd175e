/** Lane slots in Redis, counted for all processes by its clock; those of a dead process expire. */

import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { SharedSlot, SharedSlots, SlotAnswer, SlotRequest } from '../reply/shared-slots.ts';
import type { RedisConnection } from './redis-connection.ts';
import { FORGET_SLOT, KEEP_SLOT, TAKE_SLOT } from './redis-slot-scripts.ts';

/** No write waits longer for Redis, and none at all once it is known to be away. */
const ANSWER_TIMEOUT_MS = 300;
/** A slot is held for so long, and a window more, after the last word of its process. */
const LEASE_MS = 20_000;
/** How often it says so, of its lease. */
const RENEW_PART = 0.4;
/** A process shares a lane until it has not asked for so long, and a window more. */
const SHARES_FOR_MS = 5000;
/** How often to ask again about a slot whose request is overdue. */
const OVERDUE_MS = 250;

/** While Redis is away it is asked again in the background. */
export function createRedisSlots(redis: RedisConnection, clock: Clock, leaseMs = LEASE_MS): SharedSlots {
  const owner = randomUUID();
  let taken = 0;
  let probing = false;

  function evaluate(script: string, key: string, words: readonly (string | number)[]): Promise<unknown> {
    return redis.client.eval(script, {
      keys: [`replibot:slots:${key}`],
      arguments: words.map(String),
    });
  }

  async function ask({ lane, count, weight }: SlotRequest): Promise<SlotAnswer> {
    const id = `${owner}/${++taken}`;
    const since = clock.now();
    const slot = createSlot(lane.key, lane.windowMs, id, since);
    const words = [owner, id, count, weight, lane.windowMs, leaseMs, SHARES_FOR_MS, OVERDUE_MS];
    const answer = evaluate(TAKE_SLOT, lane.key, words).then(readNumbers);
    let late = false;
    // Who got no answer in time counts by itself: a slot that is granted then is none of this request's.
    answer.then(
      ([granted]) => late && granted && slot.giveBack(),
      () => undefined,
    );
    try {
      const [granted = 0, retryMs = 0, others = 0, ...times] = await redis.ask(answer, ANSWER_TIMEOUT_MS);
      if (granted) slot.keep();
      return {
        ...(granted && { slot }),
        retryMs,
        others: { weight: others, slots: pairs(times).map(([sinceMs, forMs]) => ({ sinceMs, forMs })) },
      };
    } catch (error) {
      late = true;
      throw error;
    }
  }

  /** `keep`: says again and again that its process lives, until it is free. */
  function createSlot(
    key: string,
    windowMs: number,
    id: string,
    since: number,
  ): SharedSlot & { keep(): void } {
    const done = new AbortController();
    const say = (script: string, words: readonly (string | number)[]) =>
      void evaluate(script, key, words).catch(() => undefined);
    const hold = (forMs: number, leaves: boolean) =>
      say(KEEP_SLOT, [owner, id, clock.now() - since, forMs, done.signal.aborted ? 0 : 1, leaves ? 1 : 0]);
    return {
      async keep() {
        for (;;) {
          const slept = await clock.sleep(leaseMs * RENEW_PART, done.signal).then(
            () => true,
            () => false,
          );
          if (!slept) return;
          hold(leaseMs + windowMs, false);
        }
      },
      release(leaves) {
        done.abort();
        hold(windowMs, leaves);
      },
      giveBack() {
        done.abort();
        say(FORGET_SLOT, [id]);
      },
    };
  }

  /** Asks for none of the slots. */
  async function probe(request: SlotRequest): Promise<void> {
    probing = true;
    await ask({ ...request, count: 0 }).catch(() => undefined);
    probing = false;
  }

  return {
    async take(request) {
      if (redis.away) {
        if (!probing) void probe(request);
        return undefined;
      }
      return ask(request).catch(() => undefined);
    },
  };
}

const readNumbers = (answer: unknown) => (Array.isArray(answer) ? answer.map(Number) : []);

function pairs(numbers: readonly number[]): (readonly [number, number])[] {
  return numbers.flatMap((number, at) => (at % 2 === 0 ? [[number, numbers[at + 1] ?? 0] as const] : []));
}
