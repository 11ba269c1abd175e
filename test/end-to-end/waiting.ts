/** Waiting until something is so: a condition, or every run at its end. */

import { expect, vi } from 'vitest';
import type { Stage } from './stage.ts';

/** Resolves with what the condition returns once it throws no more. */
export const until = <T>(condition: () => T | Promise<T>) =>
  vi.waitFor(condition, { timeout: 60_000, interval: 50 });

/** There are runs, and all of them are closed. */
export async function allClosed(stage: Stage): Promise<void> {
  await vi.waitFor(
    async () => {
      const states = (await stage.books()).runs.map(({ state }) => state);
      expect(new Set(states)).toEqual(new Set(['closed']));
    },
    { timeout: 150_000, interval: 300 },
  );
}
