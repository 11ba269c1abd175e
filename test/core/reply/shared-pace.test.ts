/** Replies that several processes write in one lane: how stale they are, compared with one process that writes them all. */

import { describe, expect, it } from 'vitest';
import type { Lane, Reply } from '../../../src/core/chat.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { randomOf } from '../../seeded-random.ts';
import { createSharedBook } from './shared-book.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];
const TOKEN_MS = 50;

/** Answers that begin within the first seconds; `home` says which process writes which. */
async function play(lane: Lane, home: readonly number[], seed: number) {
  const random = randomOf(seed);
  const clock = createFakeClock(0);
  const book = createSharedBook(clock, { latencyMs: () => 1 });
  const members = Array.from({ length: Math.max(...home) + 1 }, () => book.join());
  const pacers = members.map((slots) => createPacer({ clock, slots }));
  const tokens = 1_200 + 140 * seed;
  const arrivals: number[] = [];
  const finalsMs: number[] = [];
  const staleMs: number[] = [];

  async function answer(process: number): Promise<void> {
    await clock.sleep(Math.floor(random() * 3_000));
    const from = clock.now();
    let seen = 0;
    const reply: Reply = {
      ref: { surface: 'web' },
      lane,
      async write(message) {
        await clock.sleep(40);
        arrivals.push(clock.now());
        await clock.sleep(40);
        seen = message.text.length;
        return 'shown';
      },
    };
    const writer = pacers[process]?.open(reply);
    for (let token = 1; token <= tokens; token++) {
      writer?.show({ text: 'x'.repeat(token) });
      await clock.sleep(TOKEN_MS);
      staleMs.push(seen < token ? clock.now() - (from + seen * TOKEN_MS) : 0);
    }
    const finishedAt = clock.now();
    await writer?.finish({ text: 'x'.repeat(tokens), footnote: 'done' });
    finalsMs.push(clock.now() - finishedAt);
  }

  const answers = Promise.all(home.map((process) => answer(process)));
  await clock.advance(tokens * TOKEN_MS + 200_000);
  await answers;
  for (const from of arrivals) {
    const within = arrivals.filter((at) => at >= from && at < from + lane.windowMs).length;
    expect(within, `a window from ${from}`).toBeLessThanOrEqual(lane.slots);
  }
  return { staleMs: mean(staleMs), finalMs: mean(finalsMs) };
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

describe('processes that share a lane', () => {
  const slack: Lane = { key: 'updates', slots: 50, windowMs: 60_000, shared: true };
  const discord: Lane = { key: 'channel', slots: 5, windowMs: 5_000, shared: true };

  it.each([
    { name: 'Slack, evenly', lane: slack, home: [0, 1, 0, 1, 0, 1] },
    { name: 'Slack, unevenly', lane: slack, home: [0, 1, 1, 1, 1, 1] },
    { name: 'Slack, three processes', lane: slack, home: [0, 1, 2, 0, 1, 2] },
    { name: 'Slack, one reply each', lane: slack, home: [0, 1] },
    { name: 'Discord, evenly', lane: discord, home: [0, 1, 0, 1] },
    { name: 'Discord, one reply each', lane: discord, home: [0, 1] },
  ])('show hardly staler texts than one that writes them all: $name', async ({ lane, home }) => {
    const together = [];
    const alone = [];
    for (const seed of SEEDS) {
      together.push(await play(lane, home, seed));
      const inOne = home.map(() => 0);
      alone.push(await play(lane, inOne, seed));
    }
    const staler = mean(together.map((each) => each.staleMs)) / mean(alone.map((each) => each.staleMs));
    expect(staler).toBeLessThan(1.15);
    const later = mean(together.map((each) => each.finalMs)) - mean(alone.map((each) => each.finalMs));
    expect(later).toBeLessThan(150);
  });
});
