/** What the pacer promises where other processes draw from the same lane, one promise per test. */

import { describe, expect, it } from 'vitest';
import type { Lane, Reply } from '../../../src/core/chat.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import type { Writer } from '../../../src/core/reply/writer.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { createSharedBook } from './shared-book.ts';

const LANE: Lane = { key: 'lane', slots: 5, windowMs: 5_000, shared: true };

interface Write {
  readonly at: number;
  readonly text: string;
  readonly final: boolean;
}

function createReply(clock: Clock, lane = LANE) {
  const writes: Write[] = [];
  const reply: Reply = {
    ref: { surface: 'web' },
    lane,
    async write({ text }, final) {
      writes.push({ at: clock.now(), text, final });
      await clock.sleep(60);
      return 'shown';
    },
  };
  return { reply, writes };
}

/** Asking takes 10 ms there and 10 ms back. */
function setUp() {
  const clock = createFakeClock(0);
  const book = createSharedBook(clock, { latencyMs: () => 10 });
  const [mine, theirs] = [book.join(), book.join()];
  /** Slots that another process holds for so long. */
  const occupy = async (count: number, forMs: number) => {
    for (let index = 0; index < count; index++) {
      const asked = theirs.take({ lane: LANE, count: LANE.slots, weight: 1 });
      await clock.advance(20);
      const answer = await asked;
      void clock.sleep(forMs).then(() => answer?.slot?.release(true));
    }
  };
  const [pacer, theirPacer] = [createPacer({ clock, slots: mine }), createPacer({ clock, slots: theirs })];
  return { clock, mine, occupy, pacer, theirPacer };
}

describe('the pacer in a lane that other processes share', () => {
  it('waits for a slot of theirs without having been refused by the platform, and shows the newest then', async () => {
    const { clock, mine, occupy, pacer } = setUp();
    await occupy(4, 0);
    const { reply, writes } = createReply(clock);
    const writer = pacer.open(reply);
    writer.show({ text: 'old' });
    await clock.advance(100);
    expect([writes, mine.refusals]).toEqual([[], 1]);
    writer.show({ text: 'new' });
    await clock.advance(5_000);
    expect(writes).toEqual([{ at: expect.closeTo(5_050, -2), text: 'new', final: false }]);
    expect([pacer.rateLimited, mine.refusals]).toEqual([0, 1]);
  });

  it('writes a final with the slot that is kept for finals, although interim writes have to wait', async () => {
    const { clock, occupy, pacer } = setUp();
    await occupy(4, 0);
    const [waiting, ending] = [createReply(clock), createReply(clock)];
    pacer.open(waiting.reply).show({ text: 'growing' });
    await clock.advance(100);
    const finished = pacer.open(ending.reply).finish({ text: 'whole' });
    await clock.advance(100);
    await finished;
    expect([waiting.writes.length, ending.writes]).toEqual([0, [{ at: 200, text: 'whole', final: true }]]);
  });

  it('gives a slot that it has asked for to a final that came meanwhile', async () => {
    const { clock, pacer } = setUp();
    const [growing, ending] = [createReply(clock), createReply(clock)];
    pacer.open(growing.reply).show({ text: 'growing' });
    await clock.advance(5);
    const finished = pacer.open(ending.reply).finish({ text: 'whole' });
    await clock.advance(200);
    await finished;
    expect([ending.writes[0]?.at, growing.writes[0]?.at]).toEqual([20, 40]);
  });

  it('gives a slot back that nobody wants any more', async () => {
    const { clock, mine, occupy, pacer } = setUp();
    await occupy(3, 0);
    const { reply, writes } = createReply(clock);
    const writer = pacer.open(reply);
    writer.show({ text: 'growing' });
    await clock.advance(5);
    writer.close();
    await clock.advance(100);
    const again = createReply(clock);
    pacer.open(again.reply).show({ text: 'another' });
    await clock.advance(100);
    expect([writes, mine.refusals, again.writes.length]).toEqual([[], 0, 1]);
  });

  it('shares the rate with another process while that writes, and has it for itself again when it is done', async () => {
    const { clock, pacer, theirPacer } = setUp();
    const mine = createReply(clock);
    const theirs = createReply(clock);
    const writer = pacer.open(mine.reply);
    const grow = async (forMs: number, ...writers: readonly Writer[]) => {
      const from = clock.now();
      while (clock.now() < from + forMs) {
        for (const each of writers) each.show({ text: `at ${clock.now()}` });
        await clock.advance(50);
      }
      const perSecond = ({ writes }: typeof mine) =>
        writes.filter(({ at }) => at >= from).length / (forMs / 1000);
      return [perSecond(mine), perSecond(theirs)];
    };
    await grow(10_000, writer);
    const their = theirPacer.open(theirs.reply);
    await grow(10_000, writer, their);
    for (const rate of await grow(40_000, writer, their)) expect(rate).toBeCloseTo(0.4, 1);
    const finished = their.finish({ text: 'whole' });
    await grow(10_000, writer);
    await finished;
    expect((await grow(40_000, writer))[0]).toBeCloseTo(0.8, 1);
  });

  it('counts by itself while the others cannot be asked', async () => {
    const { clock, mine, occupy, pacer } = setUp();
    await occupy(5, 60_000);
    mine.away = true;
    const { reply, writes } = createReply(clock);
    const writer = pacer.open(reply);
    for (let token = 0; token < 400; token++) {
      writer.show({ text: `token ${token}` });
      await clock.advance(50);
    }
    expect(writes[0]?.at).toBe(100);
    expect(writes.length).toBeGreaterThanOrEqual(15);
    for (const { at } of writes) {
      expect(writes.filter((other) => other.at >= at && other.at < at + 5_000).length).toBeLessThanOrEqual(4);
    }
  });

  it('asks nobody where a lane is its own, and writes at once', async () => {
    const { clock, occupy, pacer } = setUp();
    await occupy(5, 0);
    const from = clock.now();
    const { reply, writes } = createReply(clock, { key: LANE.key, slots: 5, windowMs: 5_000 });
    pacer.open(reply).show({ text: 'at once' });
    await clock.advance(0);
    expect(writes).toEqual([{ at: from, text: 'at once', final: false }]);
  });
});
