/** Many direct conversations at once: what shows that the bot is at work stays within Slack's limits and holds up no text. */

import { describe, expect, it } from 'vitest';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createSharedBook } from '../../core/reply/shared-book.ts';
import { createFakeClock, type FakeClock } from '../../fake-clock.ts';
import { randomOf } from '../../seeded-random.ts';
import { add } from '../../standins/slack/messages.ts';
import { ALICE, createWorld, latest, shownText, smallPrint, type World } from '../../standins/slack/world.ts';
import { createSimulatedSlack, refOf, silentLog } from './simulated-slack.ts';

const CANCEL = [{ id: 'cancel:run', label: 'Cancel', style: 'danger' as const }];

/** A question in a direct conversation of its own. */
function askIn(world: World, id: number) {
  const channel = `D0PERSON${id}`;
  world.channels.set(channel, {
    id: channel,
    name: 'direct',
    kind: 'direct',
    botPresent: true,
    archived: false,
  });
  const version = { at: world.now(), text: 'go', blocks: [], pings: [] };
  return add(world, { channel, author: ALICE, through: 'person', version });
}

function setUp(seed: number, processes = 1) {
  const clock = createFakeClock(1_800_000_000_000);
  const world = createWorld(clock.now);
  const slack = createSimulatedSlack(clock, world, randomOf(seed), {
    lost: 0,
    refused: 0,
    streamLivesMs: 300_000,
  });
  const pacer = createPacer({ clock, log: silentLog });
  const book = createSharedBook(clock, { latencyMs: () => 1 });
  const join = () => {
    const slots = book.join();
    return { pacer: createPacer({ clock, slots }), slack: slack.join(slots) };
  };
  const homes = processes === 1 ? [{ pacer, slack }] : Array.from({ length: processes }, join);
  const answers = (channel: string) =>
    world.messages.filter((message) => message.channel === channel && message.author === world.botUser);

  /** Waits for so long with a status that changes every two seconds, then answers; resolves with when the first text was there. */
  async function answer(id: number, waitMs: number): Promise<number> {
    const { channel, ts: threadTs } = askIn(world, id);
    const ref = refOf(world, { mode: 'stream', replyId: `reply-${id}`, channel, threadTs });
    const home = homes[id % processes];
    if (!home) throw new Error('no such process');
    const writer = home.pacer.open(home.slack.open(ref, false));
    for (let waited = 0; waited < waitMs; waited += 2000) {
      writer.show({
        text: '',
        status: `meta/meta-llama-3-70b-instruct is booting (${waited / 1000} s so far)…`,
        buttons: CANCEL,
      });
      await clock.sleep(Math.min(2000, waitMs - waited));
    }
    const at = clock.now();
    writer.show({ text: `Answer ${id}`, buttons: CANCEL });
    await clock.sleep(2000);
    await writer.finish({ text: `Answer ${id}.`, footnote: 'llama' });
    const [first] = answers(channel);
    return (first?.versions[0]?.at ?? Number.POSITIVE_INFINITY) - at;
  }
  return { clock, world, slack, pacer, answers, answer };
}

async function runUntil<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let done = false;
  void work.finally(() => (done = true)).catch(() => undefined);
  for (let second = 0; !done && second < 1200; second++) await clock.advance(1000);
  expect(done).toBe(true);
  return work;
}

describe('a crowd in direct messages', () => {
  it.each([1, 2])(
    'of 150 who ask at once meets no 429, and all read their whole answer (processes: %s)',
    async (processes) => {
      const { clock, world, slack, answers, answer } = setUp(1, processes);
      await runUntil(clock, Promise.all(Array.from({ length: 150 }, (_, id) => answer(id, 5000 + id * 20))));
      const shown = Array.from({ length: 150 }, (_, id) =>
        answers(`D0PERSON${id}`).map((each) => shownText(latest(each))),
      );
      expect(shown).toEqual(Array.from({ length: 150 }, (_, id) => [`Answer ${id}.`]));
      expect(slack.rateLimited).toEqual([]);
      expect([...world.sessions.values()].filter((status) => status === 'processing')).toEqual([]);
    },
  );

  it.each([1, 2])(
    'that waits for models delays nobody’s first text, nor are its statuses all dropped (processes: %s)',
    async (processes) => {
      const { clock, slack, answer } = setUp(2, processes);
      const crowd = Array.from({ length: 120 }, (_, id) => answer(id, 180_000));
      await clock.advance(30_000);
      const quick = Array.from({ length: 10 }, (_, at) =>
        clock.sleep(at * 6000).then(() => answer(500 + at, 3000)),
      );
      const delays = await runUntil(clock, Promise.all(quick));
      // A status that is on its way, and the start of the stream: two requests of at most 340 ms each.
      expect(Math.max(...delays)).toBeLessThan(700);
      const statuses = slack.calls.filter(({ method }) => method === 'assistant.threads.setStatus').length;
      expect(statuses).toBeGreaterThan(100);
      await runUntil(clock, Promise.all(crowd));
      expect(slack.rateLimited).toEqual([]);
    },
  );

  it('that is answered all at once reads the text at once, and the small print as Slack permits', async () => {
    const { clock, world, slack, pacer, answers } = setUp(3);
    const writers = [];
    for (let id = 0; id < 54; id++) {
      const { channel, ts: threadTs } = askIn(world, id);
      const ref = refOf(world, { mode: 'stream', replyId: `reply-${id}`, channel, threadTs });
      const writer = pacer.open(slack.open(ref, false));
      writer.show({ text: 'Half', buttons: CANCEL });
      writers.push({ writer, channel });
      // Twenty starts fit into a minute, and these streams all end in the same.
      await clock.advance(id % 18 === 17 ? 61_000 : 500);
    }
    expect(slack.calls.filter(({ method }) => method === 'chat.startStream')).toHaveLength(54);
    const endedAt = clock.now();
    const final = { text: 'Half and whole.', footnote: 'llama' };
    await runUntil(clock, Promise.all(writers.map(({ writer }) => writer.finish(final))));
    const delays = writers.map(({ channel }) => {
      const versions = answers(channel).flatMap((message) => message.versions);
      return (versions.find((each) => shownText(each) === final.text)?.at ?? Infinity) - endedAt;
    });
    expect(Math.max(...delays)).toBeLessThan(1000);
    expect(writers.map(({ channel }) => answers(channel).map((each) => smallPrint(latest(each))))).toEqual(
      writers.map(() => ['llama']),
    );
    expect([slack.rateLimited, pacer.rateLimited]).toEqual([[], 0]);
  });

  it('whose answers are all taken over at once meets no 429, and nobody reads theirs twice', async () => {
    const { clock, world, slack, pacer, answers } = setUp(4);
    const refs = Array.from({ length: 80 }, (_, id) => {
      const { channel, ts: threadTs } = askIn(world, id);
      return refOf(world, { mode: 'posts', replyId: `reply-${id}`, channel, threadTs });
    });
    // Posted, and the process dies before it can store that.
    await runUntil(
      clock,
      Promise.all(refs.map((ref) => slack.open(ref, false).write({ text: 'Half' }, false))),
    );
    const final = { text: 'Half and whole.', footnote: 'llama' };
    await runUntil(clock, Promise.all(refs.map((ref) => pacer.open(slack.open(ref, true)).finish(final))));
    const shown = refs.map(({ channel }) => answers(channel).map((each) => shownText(latest(each))));
    expect(shown).toEqual(refs.map(() => [final.text]));
    expect([slack.rateLimited, pacer.rateLimited]).toEqual([[], 0]);
  });
});
