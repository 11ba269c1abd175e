/** Writers and the pacer against platforms that stall, fail, refuse, expire and say 429: random streams, repeatable by their seed. */

import { describe, expect, it } from 'vitest';
import type { Lane, Reply } from '../../../src/core/chat.ts';
import { RateLimitedError, ReplyGoneError } from '../../../src/core/errors.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createPagedReply } from '../../../src/core/reply/paged-reply.ts';
import { createFakeClock, settled } from '../../fake-clock.ts';
import { randomOf } from '../../seeded-random.ts';
import { createSharedBook } from './shared-book.ts';
import { createPlatform, type Trouble } from './simulated-platform.ts';

const SEEDS = 700;
const SHARED_SEEDS = 300;
const PAGE_LENGTH = 120;

describe('the pacer in thousands of random streams', () => {
  it('shows every final text whole and in order, finals first, within the limits of the platform', async () => {
    let streams = 0;
    for (let seed = 1; seed <= SEEDS; seed++) streams += await simulate(seed, 1);
    expect(streams).toBeGreaterThan(2_000);
  });

  it('does so together with other processes, of which some die, and which cannot always ask each other', async () => {
    let streams = 0;
    for (let seed = 1; seed <= SHARED_SEEDS; seed++) streams += await simulate(seed, 2 + (seed % 3));
    expect(streams).toBeGreaterThan(1_000);
  });
});

/** Replies that begin in lanes of their own or in a shared one, and go on in the shared one when they expire. */
async function simulate(seed: number, processes: number): Promise<number> {
  const random = randomOf(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const clock = createFakeClock(0);
  const book = createSharedBook(clock, { latencyMs: () => between(0, 20) });
  const members = processes > 1 ? Array.from({ length: processes }, () => book.join()) : [];
  const pacers = Array.from({ length: processes }, (_, process) =>
    createPacer({ clock, slots: members[process] }),
  );
  const isCutOff = processes > 1 && random() < 0.2;
  const dies = processes > 1 && random() < 0.3 ? 1 : undefined;
  const diesAt = dies === undefined ? Number.POSITIVE_INFINITY : between(500, 8_000);
  const troubled = random() < 0.6;
  const trouble: Trouble = troubled
    ? { refusals: 0.03, failures: 0.07, stalls: 0.03 }
    : { refusals: 0, failures: 0, stalls: 0 };
  const platform = createPlatform(clock, random, trouble);
  const shared: Lane = { key: 'shared', slots: between(1, 6), windowMs: between(1, 5) * 1_000, shared: true };
  const expire = random() < 0.4;
  /** Who has a final to write in the shared lane that nothing holds back, in each process. */
  const finals = pacers.map(() => new Set<number>());

  async function cutOff(): Promise<void> {
    await clock.sleep(between(500, 5_000));
    for (const member of members) member.away = random() < 0.8;
    await clock.sleep(between(500, 10_000));
    for (const member of members) member.away = false;
  }

  async function stream(id: number): Promise<void> {
    const process = id % processes;
    const waiting = finals[process] ?? new Set();
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
      await platform.request(process, laneNow(), mayBeLost, () => {
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
    if (process === dies && clock.now() >= diesAt) return;
    const writer = pacers[process]?.open(reply);
    if (!writer) throw new Error('no such process');
    if (process === dies) void clock.sleep(diesAt - clock.now()).then(() => writer.close());
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
      waiting.delete(id);
      if (process === dies && clock.now() >= diesAt) return;
      if (!(error instanceof ReplyGoneError)) throw error;
      expect(afterGone, `seed ${seed}: asked once after it was gone`).toBe(1);
    }
  }

  const count = between(1, 7);
  if (dies !== undefined) void clock.sleep(diesAt).then(() => members[dies]?.die());
  if (isCutOff) void cutOff();
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
  expect(platform.overruns(!isCutOff), `seed ${seed}: windows overrun`).toEqual([]);
  const rateLimited = pacers.reduce((sum, pacer) => sum + pacer.rateLimited, 0);
  expect(rateLimited, `seed ${seed}`).toBe(platform.limited);
  return count;
}
