/** Killing a bot at an exact moment: in the middle of an answer, at a gate or on a wire. */

import { expect, vi } from 'vitest';
import type { BotProcess } from './bot-process.ts';

/** Longer than one Discord message, so that every reply there has two pages. */
export const ANSWER = Array.from(
  { length: 60 },
  (_, index) => `Sentence number ${index} of the answer.`,
).join(' ');

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
