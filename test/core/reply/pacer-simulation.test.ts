/** Writers and the pacer against platforms that stall, fail, refuse, expire and say 429: random streams, repeatable by their seed. */

import { describe, expect, it } from 'vitest';
import type { Lane, Reply } from '../../../src/core/chat.ts';
import { RateLimitedError, ReplyGoneError } from '../../../src/core/errors.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createPagedReply } from '../../../src/core/reply/paged-reply.ts';
import { createFakeClock, type FakeClock, settled } from '../../fake-clock.ts';
import { randomOf } from '../../seeded-random.ts';

const SEEDS = 700;
const PAGE_LENGTH = 120;

describe('the pacer in thousands of random streams', () => {
  it('shows every final text whole and in order, finals first, within the limits of the platform', async () => {
    let streams = 0;
    for (let seed = 1; seed <= SEEDS; seed++) streams += await simulate(seed);
    expect(streams).toBeGreaterThan(2_000);
  });
});

type Random = ReturnType<typeof randomOf>;

interface Trouble {
  readonly refusals: number;
  readonly failures: number;
  readonly stalls: number;
}

/** A platform that judges by when requests reach it, and what it was promised. */
function createPlatform(clock: FakeClock, random: Random, trouble: Trouble) {
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const arrivals = new Map<string, { readonly lane: Lane; readonly at: number[] }>();
  const quietUntil = new Map<string, number>();
  const violations: string[] = [];
  let limited = 0;
  const demand = (kept: boolean, promise: string) => {
    if (!kept) violations.push(promise);
  };

  return {
    violations,
    arrivals,
    demand,
    get limited() {
      return limited;
    },
    /** One request; `hasEffect` tells at the time it has one, also if its answer is an error. */
    async request(lane: Lane, mayBeLost: boolean, hasEffect: () => void): Promise<void> {
      demand(clock.now() >= (quietUntil.get(lane.key) ?? 0), 'quiet when told so');
      await clock.sleep(between(5, 200));
      const known = arrivals.get(lane.key) ?? { lane, at: [] };
      arrivals.set(lane.key, known);
      known.at.push(clock.now());
      if (random() < trouble.refusals) {
        limited++;
        const retryAfterMs = between(100, 4_000);
        await clock.sleep(between(5, 100));
        quietUntil.set(lane.key, Math.max(quietUntil.get(lane.key) ?? 0, clock.now() + retryAfterMs));
        throw new RateLimitedError(retryAfterMs);
      }
      const fails = random() < trouble.failures;
      if (!fails || (mayBeLost && random() < 0.5)) hasEffect();
      await clock.sleep(random() < trouble.stalls ? between(2_000, 9_000) : between(5, 200));
      if (fails) throw new Error('socket hang up');
    },
  };
}

/** Replies that begin in lanes of their own or in a shared one, and go on in the shared one when they expire. */
async function simulate(seed: number): Promise<number> {
  const random = randomOf(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const clock = createFakeClock(0);
  const pacer = createPacer({ clock });
  const troubled = random() < 0.6;
  const trouble: Trouble = troubled
    ? { refusals: 0.03, failures: 0.07, stalls: 0.03 }
    : { refusals: 0, failures: 0, stalls: 0 };
  const platform = createPlatform(clock, random, trouble);
  const shared: Lane = { key: 'shared', slots: between(1, 6), windowMs: between(1, 5) * 1_000 };
  const expire = random() < 0.4;
  /** Who has a final to write in the shared lane that nothing holds back. */
  const waiting = new Set<number>();

  async function stream(id: number): Promise<void> {
    await clock.sleep(between(0, 3_000));
    const expiresAt = expire ? clock.now() + between(500, 20_000) : Number.POSITIVE_INFINITY;
    const goneAt = troubled && random() < 0.05 ? clock.now() + between(0, 8_000) : Number.POSITIVE_INFINITY;
    const own: Lane = { key: `own ${id}`, slots: 5, windowMs: 5_000 };
    const laneNow = () => (expire && clock.now() < expiresAt ? own : shared);
    const words = Array.from({ length: between(0, 90) }, (_, word) =>
      word % 7 === 3 ? `[w${word}](https://example.org/${word})` : `w${word}`,
    );
    const whole = words.join(' ');
    const messages: string[] = [];
    let seen = 0;
    let inFlight = false;
    let failedAt = Number.NEGATIVE_INFINITY;
    let afterGone = 0;

    /** A reader sees the beginning of the text, never less of it than before. */
    const look = () => {
      const visible = messages.join(' ');
      platform.demand(whole.startsWith(visible), 'text in order');
      platform.demand(visible.length >= seen, 'nothing taken back');
      seen = visible.length;
    };
    const send = async (mayBeLost: boolean, effect: () => void) => {
      if (clock.now() >= goneAt) {
        afterGone++;
        throw new ReplyGoneError('deleted');
      }
      await platform.request(laneNow(), mayBeLost, () => {
        effect();
        look();
      });
    };
    const paged = createPagedReply({
      limit: PAGE_LENGTH,
      async create({ text }, index) {
        await send(false, () => {
          messages[index] = text;
        });
        return String(index);
      },
      async edit(_, { text }, index) {
        await send(true, () => {
          messages[index] = text;
        });
        return undefined;
      },
    });
    let lane = laneNow();
    const reply: Reply = {
      ref: { surface: 'web' },
      get lane() {
        return lane;
      },
      async write(message, final) {
        platform.demand(!inFlight, 'one write at a time');
        if (lane === shared) platform.demand(final || waiting.size === 0, 'finals first');
        if (lane !== laneNow()) {
          // Its token has expired: the rest has to go another way.
          lane = laneNow();
          return 'more';
        }
        inFlight = true;
        waiting.delete(id);
        try {
          const outcome = await paged.write(message, final);
          if (outcome === 'more' && final && lane === shared) waiting.add(id);
          return outcome;
        } catch (error) {
          if (!(error instanceof RateLimitedError)) failedAt = clock.now();
          else if (final && lane === shared) waiting.add(id);
          throw error;
        } finally {
          inFlight = false;
        }
      },
    };
    const writer = pacer.open(reply);
    for (let count = 1; count < words.length; count++) {
      // Tokens end anywhere, also within a word.
      const { length } = words.slice(0, count).join(' ');
      writer.show({ text: whole.slice(0, length + between(0, 3)) });
      await clock.sleep(random() < 0.05 ? between(2_000, 8_000) : between(10, 200));
    }
    if (!inFlight && clock.now() > failedAt && lane === shared && goneAt > clock.now()) waiting.add(id);
    try {
      await writer.finish({ text: whole, footnote: 'done' });
      expect(messages.join(' '), `seed ${seed}: the final text`).toBe(whole || '');
    } catch (error) {
      if (!(error instanceof ReplyGoneError)) throw error;
      waiting.delete(id);
      expect(afterGone, `seed ${seed}: asked once after it was gone`).toBe(1);
    }
  }

  const count = between(1, 7);
  const streams = Promise.all(Array.from({ length: count }, (_, id) => stream(id)));
  let done = false;
  const outcome = streams.finally(() => {
    done = true;
  });
  outcome.catch(() => undefined);
  for (let second = 0; second < 1_200 && !done; second++) await clock.advance(1_000);
  await settled();
  expect(done, `seed ${seed}: all replies finish`).toBe(true);
  await outcome;
  expect(platform.violations, `seed ${seed}`).toEqual([]);
  for (const { lane, at } of platform.arrivals.values()) {
    at.sort((one, other) => one - other);
    for (let index = lane.slots; index < at.length; index++) {
      const apart = (at[index] ?? 0) - (at[index - lane.slots] ?? 0);
      expect(apart, `seed ${seed}: a window of ${lane.key} overrun`).toBeGreaterThanOrEqual(lane.windowMs);
    }
  }
  expect(pacer.rateLimited).toBe(platform.limited);
  return count;
}
