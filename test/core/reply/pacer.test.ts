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
  it('shows the first text at once, then the newest at every slot, spread evenly', async () => {
    const clock = createFakeClock(0);
    const { reply, writes } = createReply(clock);
    const writer = createPacer({ clock }).open(reply);
    for (let token = 0; token < 200; token++) {
      writer.show(message(`token ${token}`));
      await clock.advance(50);
    }
    expect(writes[0]?.at).toBe(0);
    const gaps = writes.slice(1).map((write, at) => write.at - (writes[at]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_250);
    expect(Math.max(...gaps)).toBeLessThan(1_400);
    for (const write of writes)
      expect(write.text).toBe(`token ${Math.max(0, Math.floor((write.at - 1) / 50))}`);
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
});
