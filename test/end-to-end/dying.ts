/** Killing a bot at an exact moment, and what must hold once another has gone on. */

import { expect, vi } from 'vitest';
import type { BotProcess } from './bot-process.ts';
import type { Stage } from './stage.ts';

/** Longer than one Discord message, so that every reply there has two pages. */
export const ANSWER = Array.from(
  { length: 60 },
  (_, index) => `Sentence number ${index} of the answer.`,
).join(' ');

const MICRO_USD_PER_SECOND = 725;

export const until = <T>(condition: () => T | Promise<T>) =>
  vi.waitFor(condition, { timeout: 60_000, interval: 50 });

/** A gate or a wire. */
interface Passages<T> {
  watch(watcher: ((passage: T) => 'pass' | 'cut') | undefined): void;
}

/** Kills the bot at the first passage where `when` is true: nothing gets any further. Resolves when it is dead. */
export async function dieAt<T>(
  passages: Passages<T>,
  when: (passage: T) => boolean,
  bot: BotProcess,
): Promise<void> {
  let dying: Promise<void> | undefined;
  passages.watch((passage) => {
    if (dying) return 'cut';
    if (!when(passage)) return 'pass';
    dying = bot.kill();
    return 'cut';
  });
  await vi.waitFor(() => expect(dying, `the moment never came:\n${bot.log.join('\n')}`).toBeDefined(), {
    timeout: 100_000,
    interval: 50,
  });
  await dying;
  passages.watch(undefined);
}

export async function allClosed(stage: Stage): Promise<void> {
  await vi.waitFor(
    async () => expect((await stage.books()).runs.map((run) => run.state)).toEqual(['closed']),
    { timeout: 150_000, interval: 300 },
  );
}

/** One prediction, charged once and for what Replicate says it ran; the ledger agrees with itself. */
export async function expectOneCharge(stage: Stage): Promise<void> {
  expect(stage.sandbox.predictions).toHaveLength(1);
  const seconds = Number(stage.sandbox.predictions[0]?.metrics.predict_time);
  const books = await stage.books();
  expect(books).toMatchObject({ settlements: 1, reservedMicroUsd: 0, differences: [] });
  expect(books.spentMicroUsd).toBe(Math.ceil(Number((seconds * MICRO_USD_PER_SECOND).toFixed(6))));
}
