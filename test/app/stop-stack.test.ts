/** How a process takes itself apart. */

import { expect, it } from 'vitest';
import { createStopStack } from '../../src/app/stop-stack.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/log.ts';

const warnings: unknown[] = [];
const log: Log = { debug() {}, info() {}, warn: (fields) => void warnings.push(fields), error() {} };

/** Whoever sleeps on it has slept at once. */
function createHurriedClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    async sleep(ms, signal) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

it('undoes what came last first, and goes on when a part fails', async () => {
  const stops = createStopStack({ clock: createHurriedClock(), log });
  const undone: string[] = [];
  stops.add(async () => void undone.push('database'));
  stops.add(() => Promise.reject(new Error('the socket is gone')));
  stops.add(async () => void undone.push('surface'));
  await stops.unwind();
  await stops.unwind();
  expect(undone).toEqual(['surface', 'database']);
  expect(warnings).toContainEqual({ reason: 'Error: the socket is gone' });
});

it('takes less than ten seconds although nothing lets go, and each part has its moment', async () => {
  const clock = createHurriedClock();
  const stops = createStopStack({ clock, log });
  const asked: number[] = [];
  for (let part = 0; part < 12; part++) {
    stops.add(() => {
      asked.push(part);
      return new Promise<void>(() => {});
    });
  }
  stops.add(() => new Promise<void>(() => {}), 5000);
  await stops.unwind();
  expect(asked).toHaveLength(12);
  expect(clock.now()).toBeLessThan(10_000);
});
