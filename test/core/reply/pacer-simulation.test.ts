/** The pacer against a platform that stalls, fails and says 429: random streams, repeatable by their seed. */

import { describe, expect, it } from 'vitest';
import type { Lane, Reply } from '../../../src/core/chat.ts';
import { RateLimitedError } from '../../../src/core/errors.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createFakeClock, settled } from '../../fake-clock.ts';

const message = (text: string) => ({ text });

describe('the pacer in thousands of random streams', () => {
  it('shows every final text, in order, finals first, within the limits of the platform', async () => {
    for (let seed = 1; seed <= 600; seed++) await simulate(seed);
  });
});

/** mulberry32: a small seeded generator, so that a failure can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Replies in one lane: stalls, slow requests, 429s, failures. The platform judges by when requests reach it. */
async function simulate(seed: number): Promise<void> {
  const random = randomOf(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const clock = createFakeClock(0);
  const pacer = createPacer({ clock });
  const lane: Lane = { key: 'lane', slots: between(1, 6), windowMs: between(1, 5) * 1_000 };
  const troubled = random() < 0.5;
  const arrivals: number[] = [];
  let quietUntil = 0;
  let limited = 0;
  /** Who has a final to write that nothing holds back. */
  const waiting = new Set<number>();
  const violations: string[] = [];
  const demand = (kept: boolean, promise: string) => {
    if (!kept) violations.push(promise);
  };

  async function stream(id: number): Promise<void> {
    await clock.sleep(between(0, 3_000));
    let shown = -1;
    let inFlight = false;
    let failedAt = Number.NEGATIVE_INFINITY;
    const reply: Reply = {
      ref: { surface: 'web' },
      lane,
      async write({ text }, final) {
        demand(!inFlight, 'one write at a time');
        demand(clock.now() >= quietUntil, 'quiet when told so');
        demand(final || waiting.size === 0, 'finals first');
        inFlight = true;
        waiting.delete(id);
        const before = between(5, 200);
        await clock.sleep(before);
        arrivals.push(clock.now());
        await clock.sleep(between(5, 200));
        inFlight = false;
        if (troubled && random() < 0.1) {
          if (random() < 0.3) {
            limited++;
            const retryAfterMs = between(100, 4_000);
            quietUntil = clock.now() + retryAfterMs;
            if (final) waiting.add(id);
            throw new RateLimitedError(retryAfterMs);
          }
          failedAt = clock.now();
          throw new Error('socket hang up');
        }
        demand(Number(text) >= shown, 'order kept');
        shown = Number(text);
        return random() < 0.2 ? 'more' : 'shown';
      },
    };
    const writer = pacer.open(reply);
    const tokens = between(0, 60);
    for (let token = 0; token < tokens; token++) {
      writer.show(message(String(token)));
      await clock.sleep(random() < 0.05 ? between(2_000, 8_000) : between(10, 200));
    }
    if (!inFlight && clock.now() > failedAt) waiting.add(id);
    await writer.finish(message(String(tokens)));
    expect(shown, `seed ${seed}: the final text`).toBe(tokens);
  }

  const streams = Promise.all(Array.from({ length: between(1, 7) }, (_, id) => stream(id)));
  let done = false;
  const outcome = streams.then(
    () => {
      done = true;
    },
    (error: unknown) => {
      done = true;
      throw error;
    },
  );
  outcome.catch(() => undefined);
  for (let second = 0; second < 600 && !done; second++) await clock.advance(1_000);
  await settled();
  expect(done, `seed ${seed}: all replies finish`).toBe(true);
  await outcome;
  expect(violations, `seed ${seed}`).toEqual([]);
  arrivals.sort((one, other) => one - other);
  arrivals.forEach((at, index) => {
    const first = arrivals[index - lane.slots];
    if (first !== undefined)
      expect(at - first, `seed ${seed}: a window overrun`).toBeGreaterThanOrEqual(lane.windowMs);
  });
  expect(pacer.rateLimited).toBe(limited);
}
