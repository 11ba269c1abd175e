/** What everything that counts slots for several processes promises, in memory or in Redis. */

import { describe, expect, it, onTestFinished } from 'vitest';
import type { Lane } from '../../../src/core/chat.ts';
import type { SharedSlots } from '../../../src/core/reply/shared-slots.ts';

export interface SharedBench {
  /** One more process. */
  join(): Promise<{ readonly slots: SharedSlots; die(): void | Promise<void> }>;
  now(): number;
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const WINDOW_MS = 500;
/** How long a slot is held without a word of its process. */
export const LEASE_MS = 600;

export function describeSharedSlots(what: string, open: () => Promise<SharedBench>): void {
  const lane: Lane = { key: 'lane', slots: 3, windowMs: WINDOW_MS, shared: true };
  const ask = (slots: SharedSlots, count = lane.slots, weight = 1) => slots.take({ lane, count, weight });

  async function setUp() {
    const bench = await open();
    onTestFinished(() => bench.close());
    const [one, other] = [await bench.join(), await bench.join()];
    return { bench, one: one.slots, other: other.slots, dying: other };
  }

  describe(what, () => {
    it('gives all processes together no more than there are, however many ask at once', async () => {
      const { one, other } = await setUp();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => ask(index % 2 ? one : other)),
      );
      expect(answers.filter((answer) => answer?.slot)).toHaveLength(3);
      for (const answer of answers) expect((answer?.retryMs ?? 0) > 0).toBe(answer?.slot === undefined);
    });

    it('has one of the first so many to give, and the rest for whoever may use more', async () => {
      const { one, other } = await setUp();
      expect((await ask(one, 2))?.slot).toBeDefined();
      expect((await ask(other, 2))?.slot).toBeDefined();
      expect((await ask(one, 2))?.slot).toBeUndefined();
      expect((await ask(one, 3))?.slot).toBeDefined();
    });

    it('has a slot back a window after its request was answered, and says when to ask again', async () => {
      const { bench, one, other } = await setUp();
      const taken = await Promise.all([ask(one), ask(one), ask(other)]);
      await bench.pass(100);
      for (const answer of taken) answer?.slot?.release(false);
      const answeredAt = bench.now();
      await bench.pass(20);
      const refused = await ask(other);
      expect(refused?.slot).toBeUndefined();
      await bench.pass(refused?.retryMs ?? 0);
      expect(bench.now() - answeredAt).toBeGreaterThanOrEqual(WINDOW_MS - 2);
      expect(bench.now() - answeredAt).toBeLessThan(WINDOW_MS + 200);
      expect((await ask(other))?.slot).toBeDefined();
    });

    it('has a slot at once that is given back', async () => {
      const { bench, one, other } = await setUp();
      const [first] = await Promise.all([ask(one), ask(one), ask(one)]);
      first?.slot?.giveBack();
      await bench.pass(20);
      expect((await ask(other))?.slot).toBeDefined();
    });

    it('tells of the others’ slots, and how many replies of theirs share the lane', async () => {
      const { bench, one, other } = await setUp();
      expect((await ask(one, 3, 4))?.others).toEqual({ slots: [], weight: 0 });
      await bench.pass(100);
      const heard = await ask(other, 3, 2);
      expect(heard?.others.weight).toBe(4);
      expect(heard?.others.slots).toHaveLength(1);
      const [{ sinceMs = 0, forMs = 0 } = {}] = heard?.others.slots ?? [];
      expect(sinceMs).toBeGreaterThanOrEqual(99);
      expect(sinceMs + forMs).toBe(WINDOW_MS);
      heard?.slot?.release(true);
      await bench.pass(20);
      const later = await ask(one, 3, 4);
      expect(later?.others.weight).toBe(0);
      expect(later?.others.slots).toHaveLength(1);
    });

    it('has the slots of a dead process back in time, and those of a living one not before', async () => {
      const { bench, one, other, dying } = await setUp();
      const living = await ask(one);
      await Promise.all([ask(other), ask(other)]);
      await dying.die();
      await bench.pass(100);
      expect((await ask(one))?.slot).toBeUndefined();
      await bench.pass(LEASE_MS + WINDOW_MS + 100);
      const again = await Promise.all([ask(one), ask(one), ask(one)]);
      expect(again.filter((answer) => answer?.slot)).toHaveLength(2);
      living?.slot?.release(false);
    });
  });
}
