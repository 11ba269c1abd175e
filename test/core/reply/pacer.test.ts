/** What a writer and the pacer promise, one promise per test, on a clock that the test turns. */

import { describe, expect, it } from 'vitest';
import type { Lane, Message, Reply } from '../../../src/core/chat.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { RateLimitedError, ReplyGoneError } from '../../../src/core/errors.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createFakeClock } from '../../fake-clock.ts';

const LANE: Lane = { key: 'lane', slots: 5, windowMs: 5_000 };

interface Write {
  readonly at: number;
  readonly text: string;
  readonly final: boolean;
}

/** A reply whose writes take `latencyMs`; `fail` may refuse one, the first `more` do not show all. */
function createReply(
  clock: Clock,
  options: {
    lane?: Lane;
    latencyMs?: number;
    more?: number;
    fail?: (write: number) => Error | undefined;
  } = {},
) {
  const writes: Write[] = [];
  let text = '';
  const reply: Reply = {
    get ref() {
      return { surface: 'web' as const, writes: writes.length };
    },
    lane: options.lane ?? LANE,
    async write(message, final) {
      writes.push({ at: clock.now(), text: message.text, final });
      const error = options.fail?.(writes.length);
      await clock.sleep(options.latencyMs ?? 60);
      if (error) throw error;
      text = message.text;
      return writes.length <= (options.more ?? 0) ? 'more' : 'shown';
    },
  };
  return { reply, writes, text: () => text };
}

const message = (text: string): Message => ({ text });

describe('a writer', () => {
  it('shows the first text at once, then the newest, ever less often until the edits are evenly spread', async () => {
    const clock = createFakeClock(0);
    const { reply, writes } = createReply(clock);
    const writer = createPacer({ clock }).open(reply);
    for (let token = 0; token < 600; token++) {
      writer.show(message(`token ${token}`));
      await clock.advance(50);
    }
    expect(writes[0]?.at).toBe(0);
    const gaps = writes.slice(1).map((write, at) => write.at - (writes[at]?.at ?? 0));
    expect(gaps[0]).toBeLessThan(700);
    expect(gaps.slice(0, 4)).toEqual(gaps.slice(0, 4).sort((one, other) => one - other));
    for (const gap of gaps.slice(4)) expect(gap).toBeCloseTo(5_060 / 4, -2);
    for (const write of writes)
      expect(write.text).toBe(`token ${Math.max(0, Math.floor((write.at - 1) / 50))}`);
  });

  it('spends a budget counted by the minute ahead while it is alone, and never to its end', async () => {
    const clock = createFakeClock(0);
    const { reply, writes } = createReply(clock, { lane: { key: 'lane', slots: 50, windowMs: 60_000 } });
    const writer = createPacer({ clock }).open(reply);
    for (let token = 0; token < 1_800; token++) {
      writer.show(message(`token ${token}`));
      await clock.advance(50);
    }
    const between = (from: number, to: number) => writes.filter(({ at }) => at >= from && at < to).length;
    expect(between(0, 2_000)).toBeGreaterThanOrEqual(10);
    expect(between(0, 10_000)).toBeGreaterThan(20);
    for (let from = 0; from < 90_000; from += 6_000) expect(between(from, from + 6_000)).toBeGreaterThan(0);
    for (const { at } of writes) expect(between(at, at + 60_000)).toBeLessThanOrEqual(49);
  });

  it('does not let the first text wait because a status was just shown', async () => {
    const clock = createFakeClock(0);
    const { reply, writes } = createReply(clock);
    const writer = createPacer({ clock }).open(reply);
    writer.show({ text: '', status: 'Booting' });
    await clock.advance(100);
    writer.show(message('Hello'));
    await clock.advance(0);
    expect(writes.map((write) => write.at)).toEqual([0, 100]);
  });

  it('writes nothing when nothing has changed', async () => {
    const clock = createFakeClock(0);
    const { reply, writes } = createReply(clock);
    const writer = createPacer({ clock }).open(reply);
    for (let turn = 0; turn < 20; turn++) {
      writer.show({ text: 'same', buttons: [{ id: 'a', label: 'A', style: 'danger' }] });
      await clock.advance(1_000);
    }
    expect(writes.length).toBe(1);
  });

  it('finishes with a slot that was kept, although interim writes took all they may', async () => {
    const clock = createFakeClock(0);
    const pacer = createPacer({ clock });
    const replies = Array.from({ length: 8 }, () => createReply(clock));
    const writers = replies.map(({ reply }) => pacer.open(reply));
    for (const writer of writers) writer.show(message('first'));
    await clock.advance(200);
    const finished = writers[7]?.finish(message('done'));
    await clock.advance(60);
    await finished;
    expect(replies[7]?.writes).toEqual([{ at: 200, text: 'done', final: true }]);
  });

  it('repeats a rate-limited write with the newest message, not before it may, and counts it', async () => {
    const clock = createFakeClock(0);
    const { reply, writes } = createReply(clock, {
      fail: (write) => (write === 1 ? new RateLimitedError(3_000) : undefined),
    });
    const pacer = createPacer({ clock });
    const writer = pacer.open(reply);
    writer.show(message('one'));
    await clock.advance(1_000);
    writer.show(message('two'));
    await clock.advance(4_000);
    expect(writes).toEqual([
      { at: 0, text: 'one', final: false },
      { at: 3_060, text: 'two', final: false },
    ]);
    expect(pacer.rateLimited).toBe(1);
  });

  it('follows the rate that the platform reports, down and up', async () => {
    const clock = createFakeClock(0);
    let lane: Lane = { key: 'lane', slots: 10, windowMs: 5_000 };
    const { reply, writes } = createReply(clock);
    const told: Reply = {
      get ref() {
        return reply.ref;
      },
      get lane() {
        return lane;
      },
      async write(content, final) {
        const outcome = await reply.write(content, final);
        if (writes.length === 20) lane = { ...lane, slots: 3 };
        if (writes.length === 30) lane = { ...lane, slots: 11 };
        return outcome;
      },
    };
    const writer = createPacer({ clock }).open(told);
    for (let token = 0; token < 1_600; token++) {
      writer.show(message(`token ${token}`));
      await clock.advance(50);
    }
    const gap = (write: number) => (writes[write]?.at ?? 0) - (writes[write - 1]?.at ?? 0);
    expect(gap(18)).toBeLessThan(700);
    expect(gap(28)).toBeGreaterThan(2_500);
    expect(gap(60)).toBeLessThan(600);
  });

  it('is not misled by a new reply that knows no better than the documentation', async () => {
    const clock = createFakeClock(0);
    const pacer = createPacer({ clock });
    let lane: Lane = { key: 'lane', slots: 5, windowMs: 5_000 };
    const taught = createReply(clock);
    const writer = pacer.open({
      get ref() {
        return taught.reply.ref;
      },
      get lane() {
        return lane;
      },
      async write(content, final) {
        const outcome = await taught.reply.write(content, final);
        lane = { ...lane, slots: 2 };
        return outcome;
      },
    });
    writer.show(message('one'));
    await clock.advance(100);
    const other = createReply(clock);
    const second = pacer.open(other.reply);
    for (let token = 0; token < 200; token++) {
      second.show(message(`token ${token}`));
      await clock.advance(50);
    }
    expect(other.writes.length).toBeLessThanOrEqual(2);
  });

  it('is more careful for a while after it was told to slow down', async () => {
    const clock = createFakeClock(0);
    const { reply, writes } = createReply(clock, {
      lane: { key: 'lane', slots: 9, windowMs: 5_000 },
      fail: (write) => (write === 20 ? new RateLimitedError(1_000) : undefined),
    });
    const writer = createPacer({ clock }).open(reply);
    for (let token = 0; token < 1_800; token++) {
      writer.show(message(`token ${token}`));
      await clock.advance(50);
    }
    const perWindow = (from: number) => writes.filter(({ at }) => at >= from && at < from + 5_000).length;
    const refusedAt = writes[19]?.at ?? 0;
    expect(perWindow(refusedAt - 5_000)).toBeGreaterThanOrEqual(7);
    expect(perWindow(refusedAt + 8_000)).toBeLessThanOrEqual(6);
    expect(perWindow(80_000)).toBeGreaterThanOrEqual(7);
  });

  it('tries a final write for about a minute, then says why it failed, and can be asked again', async () => {
    const clock = createFakeClock(0);
    let broken = true;
    const { reply, text } = createReply(clock, {
      fail: () => (broken ? new Error('bad gateway') : undefined),
    });
    const writer = createPacer({ clock }).open(reply);
    const outcome = expect(writer.finish(message('done'))).rejects.toThrow('bad gateway');
    await clock.advance(90_000);
    await outcome;
    broken = false;
    const again = writer.finish(message('done'));
    await clock.advance(10_000);
    await again;
    expect(text()).toBe('done');
  });

  it('stops for good when the reply is gone', async () => {
    const clock = createFakeClock(0);
    const { reply, writes } = createReply(clock, { fail: () => new ReplyGoneError('deleted') });
    const writer = createPacer({ clock }).open(reply);
    writer.show(message('one'));
    await clock.advance(1_000);
    writer.show(message('two'));
    await clock.advance(10_000);
    await expect(writer.finish(message('done'))).rejects.toThrow(ReplyGoneError);
    expect(writes.length).toBe(1);
  });

  it('stores the ref after every write, before the next one, and goes on when that fails', async () => {
    const clock = createFakeClock(0);
    const { reply, writes } = createReply(clock);
    const stored: unknown[] = [];
    const writer = createPacer({ clock }).open(reply, {
      onWritten: async (ref) => {
        stored.push(ref.writes);
        await clock.sleep(2_000);
        if (stored.length === 1) throw new Error('database is locked');
      },
    });
    writer.show(message('one'));
    await clock.advance(100);
    const finished = writer.finish(message('two'));
    await clock.advance(5_000);
    await finished;
    expect(stored).toEqual([1, 2]);
    expect(writes.map((write) => write.at)).toEqual([0, 2_060]);
  });

  it('finishes only when all pages are there, whatever is shown in the meantime', async () => {
    const clock = createFakeClock(0);
    const { reply, writes } = createReply(clock, { more: 3 });
    const writer = createPacer({ clock }).open(reply);
    let finished = false;
    const finishing = writer.finish(message('done')).then(() => {
      finished = true;
    });
    await clock.advance(100);
    writer.show(message('late'));
    await clock.advance(100);
    expect([writes.length, finished]).toEqual([4, false]);
    await clock.advance(100);
    await finishing;
    expect(writes.map((write) => write.text)).toEqual(['done', 'done', 'done', 'done']);
  });

  it('writes no more once closed', async () => {
    const clock = createFakeClock(0);
    const { reply, writes } = createReply(clock);
    const writer = createPacer({ clock }).open(reply);
    writer.show(message('one'));
    await clock.advance(100);
    writer.show(message('two'));
    writer.close();
    await clock.advance(10_000);
    expect(writes.length).toBe(1);
    await expect(writer.finish(message('three'))).rejects.toThrow('closed');
    expect(clock.sleeping).toBe(0);
  });

  it('follows its reply into another lane', async () => {
    const clock = createFakeClock(0);
    let lane: Lane = { key: 'narrow', slots: 1, windowMs: 60_000 };
    const { reply, text } = createReply(clock);
    const moving: Reply = {
      get ref() {
        return reply.ref;
      },
      get lane() {
        return lane;
      },
      write: (content, final) => reply.write(content, final),
    };
    const writer = createPacer({ clock }).open(moving);
    writer.show(message('one'));
    lane = { key: 'wide', slots: 5, windowMs: 5_000 };
    await clock.advance(100);
    writer.show(message('two'));
    await clock.advance(2_000);
    expect(text()).toBe('two');
  });
});

describe('the pacer', () => {
  it('gives a slot to the reply whose text has waited longest, not to one that has just begun to grow again', async () => {
    const clock = createFakeClock(0);
    const pacer = createPacer({ clock });
    const lane: Lane = { key: 'lane', slots: 3, windowMs: 6_000 };
    const [idle, growing] = [createReply(clock, { lane }), createReply(clock, { lane })];
    const [first, second] = [pacer.open(idle.reply), pacer.open(growing.reply)];
    first.show(message('one'));
    second.show(message('one'));
    await clock.advance(4_000);
    second.show(message('two'));
    await clock.advance(1_000);
    first.show(message('two'));
    await clock.advance(4_000);
    expect(growing.text()).toBe('two');
    expect(growing.writes[1]?.at).toBeLessThanOrEqual(idle.writes[1]?.at ?? Number.POSITIVE_INFINITY);
  });

  it('shares a lane by staleness: nobody is left behind', async () => {
    const clock = createFakeClock(0);
    const pacer = createPacer({ clock });
    const replies = Array.from({ length: 4 }, () => createReply(clock));
    const writers = replies.map(({ reply }) => pacer.open(reply));
    for (let tick = 0; tick < 400; tick++) {
      for (const writer of writers) writer.show(message(`tick ${tick}`));
      await clock.advance(100);
    }
    const counts = replies.map(({ writes }) => writes.length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(31);
  });

  it('flushes the newest message of every reply before the process stops', async () => {
    const clock = createFakeClock(0);
    const pacer = createPacer({ clock });
    const replies = [0, 1].map((at) => createReply(clock, { lane: { ...LANE, key: `lane ${at}` } }));
    const writers = replies.map(({ reply }) => pacer.open(reply));
    for (const text of ['one', 'two']) {
      for (const writer of writers) writer.show(message(text));
      await clock.advance(100);
    }
    const flushed = pacer.flush(5_000);
    await clock.advance(60);
    await flushed;
    expect(replies.map(({ text }) => text())).toEqual(['two', 'two']);
  });

  it('gives a flush up at its deadline', async () => {
    const clock = createFakeClock(0);
    const pacer = createPacer({ clock });
    const { reply } = createReply(clock, { fail: () => new Error('down') });
    pacer.open(reply).show(message('one'));
    const flushed = pacer.flush(3_000);
    await clock.advance(3_000);
    await flushed;
    expect(clock.now()).toBe(3_000);
  });

  it('lets those go after a flush whose last message could not be written', async () => {
    const clock = createFakeClock(0);
    const pacer = createPacer({ clock });
    const { reply } = createReply(clock, { fail: () => new Error('down') });
    const finished = pacer.open(reply).finish(message('all of it'));
    const refused = expect(finished).rejects.toThrow('the reply was closed');
    const flushed = pacer.flush(3_000);
    await clock.advance(3_000);
    await flushed;
    await refused;
    expect(clock.now()).toBe(3_000);
  });
});
