/** Turns for requests that a platform counts together. */

import { describe, expect, it } from 'vitest';
import type { Lane } from '../../../src/core/chat.ts';
import { createTurns } from '../../../src/core/reply/turns.ts';
import { createFakeClock, type FakeClock } from '../../fake-clock.ts';
import { createSharedBook } from './shared-book.ts';

describe('turns', () => {
  const lane: Lane = { key: 'lane', slots: 3, windowMs: 1000 };

  it('are given in order, at most so many in any window, however long the requests take', async () => {
    const clock = createFakeClock(0);
    const turns = createTurns({ lane: () => lane, clock });
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
    for (let at = lane.slots; at < started.length; at++) {
      const apart = (started[at]?.at ?? 0) - (started[at - lane.slots]?.at ?? 0);
      expect(apart).toBeGreaterThanOrEqual(lane.windowMs);
    }
  });

  it('say how many are free, and are free again a window after the answer', async () => {
    const clock = createFakeClock(0);
    const turns = createTurns({ lane: () => lane, clock });
    const request = turns.take(() => clock.sleep(100));
    expect(turns.free).toBe(2);
    await clock.advance(1099);
    await request;
    expect(turns.free).toBe(2);
    await clock.advance(1);
    expect(turns.free).toBe(3);
  });

  it('go to finals first, which stay in their order', async () => {
    const clock = createFakeClock(0);
    const turns = createTurns({ lane: () => ({ ...lane, slots: 1 }), clock });
    const order: string[] = [];
    const ask = (what: string, final: boolean) => turns.take(async () => void order.push(what), final);
    const asked = [ask('one', false), ask('two', false), ask('last', true), ask('very last', true)];
    await clock.advance(4000);
    await Promise.all(asked);
    expect(order).toEqual(['one', 'last', 'very last', 'two']);
  });

  it('are not waited for by what can do without, nor taken where some are kept', async () => {
    const clock = createFakeClock(0);
    const turns = createTurns({ lane: () => lane, clock });
    const request = async () => clock.now();
    expect(await turns.takeNow(request, 2)).toEqual({ result: 0 });
    expect(await turns.takeNow(request, 2)).toBeUndefined();
    expect(await turns.takeNow(request)).toEqual({ result: 0 });
    expect(await turns.takeNow(request)).toEqual({ result: 0 });
    expect(await turns.takeNow(request)).toBeUndefined();
    await clock.advance(1000);
    expect(await turns.takeNow(request)).toEqual({ result: 1000 });
  });

  it('are counted for all processes together', async () => {
    const clock = createFakeClock(0);
    const book = createSharedBook(clock, { latencyMs: () => 1 });
    const shared = { ...lane, shared: true };
    const join = () => createTurns({ lane: () => shared, clock, slots: book.join() });
    const processes = [join(), join()];
    const started: number[] = [];
    const requests = Array.from({ length: 20 }, (_, id) =>
      processes[id % 2]?.take(async () => {
        started.push(clock.now());
        await clock.sleep(40);
      }),
    );
    await clock.advance(20);
    const newcomer = join();
    expect(newcomer.free).toBe(3);
    expect(
      await soon(
        clock,
        newcomer.takeNow(async () => 'made'),
      ),
    ).toBeUndefined();
    expect(newcomer.free).toBe(0);
    await clock.advance(30_000);
    await Promise.all(requests);
    for (let at = lane.slots; at < started.length; at++) {
      expect((started[at] ?? 0) - (started[at - lane.slots] ?? 0)).toBeGreaterThanOrEqual(lane.windowMs);
    }
    expect(started.at(-1)).toBeLessThan(8_000);
    expect(
      await soon(
        clock,
        newcomer.takeNow(async () => 'made'),
      ),
    ).toEqual({ result: 'made' });
  });
});

async function soon<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  await clock.advance(10);
  return work;
}
