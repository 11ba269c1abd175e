/** Turns for requests that a platform counts together. */

import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../src/core/reply/turns.ts';
import { createFakeClock } from '../../fake-clock.ts';

describe('turns', () => {
  const rate = { slots: 3, windowMs: 1000 };

  it('are given in order, at most so many in any window, however long the requests take', async () => {
    const clock = createFakeClock(0);
    const turns = createTurns(rate, clock);
    const started: { readonly id: number; readonly at: number }[] = [];
    const requests = Array.from({ length: 20 }, (_, id) =>
      turns.take(async () => {
        started.push({ id, at: clock.now() });
        await clock.sleep(id % 4 === 3 ? 2500 : 40);
        if (id === 5) throw new Error('failed');
      }),
    );
    const outcomes = Promise.allSettled(requests);
    for (let second = 0; second < 30; second++) await clock.advance(1000);
    expect((await outcomes).filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(started.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, id) => id));
    for (let at = rate.slots; at < started.length; at++) {
      const apart = (started[at]?.at ?? 0) - (started[at - rate.slots]?.at ?? 0);
      expect(apart).toBeGreaterThanOrEqual(rate.windowMs);
    }
  });

  it('say how many are free, and are free again a window after the answer', async () => {
    const clock = createFakeClock(0);
    const turns = createTurns(rate, clock);
    const request = turns.take(() => clock.sleep(100));
    expect(turns.free).toBe(2);
    await clock.advance(1099);
    await request;
    expect(turns.free).toBe(2);
    await clock.advance(1);
    expect(turns.free).toBe(3);
  });
});
