/** Replies on Slack, on the wire. */

import { afterEach, describe, expect, it } from 'vitest';
import type { Reply } from '../../../src/core/chat.ts';
import { RateLimitedError, ReplyGoneError } from '../../../src/core/errors.ts';
import { replyContract } from '../../core/reply/reply-contract.ts';
import { BOB, buttonsOf, GENERAL, latest, shownText, smallPrint } from '../../standins/slack/world.ts';
import { type Bench, createBench, eventually, writeAll } from './slack-harness.ts';

async function openReply(bench: Bench): Promise<Reply> {
  bench.answer = async () => undefined;
  await bench.start();
  await bench.slack.mention('<@bot> go');
  return eventually(() => bench.replies[0]);
}

replyContract('Slack', async () => {
  // The suite writes faster than a pacer would.
  const bench = await createBench('socket', { rateScale: 100 });
  const reply = await openReply(bench);
  const versions = () => bench.slack.messages(GENERAL).map(latest);
  return {
    open: () => reply,
    reopen: (ref) => bench.surface.reopen(ref),
    shown: async () => versions().map(shownText).filter(Boolean),
    pings: async () =>
      bench.slack.messages(GENERAL).flatMap((message) => message.versions.flatMap((each) => each.pings)),
    smallPrint: async () => versions().map(smallPrint).filter(Boolean),
    buttonIds: async () =>
      versions()
        .flatMap(buttonsOf)
        .map((button) => button.actionId),
    close: () => bench.close(),
  };
});

describe('a reply on Slack', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  it('delivers 30,000 characters whole', async () => {
    bench = await createBench('socket');
    const reply = await openReply(bench);
    const text = Array.from({ length: 5000 }, (_, at) => `w${at}`).join(' ');
    await writeAll(reply, { text: `${text} <end>`, footnote: 'llama' });
    const shown = bench.slack.messages(GENERAL).map((message) => shownText(latest(message)));
    expect(shown.join(' ').match(/w\d+/g)).toEqual(text.match(/w\d+/g));
    expect(shown.length).toBeLessThan(5);
    expect(bench.slack.rateLimited).toBe(0);
  });

  it('reports 429 as RateLimitedError and repeats nothing by itself', async () => {
    bench = await createBench('socket');
    const reply = await openReply(bench);
    await writeAll(reply, { text: '0' }, false);
    for (let edit = 1; edit <= 50; edit++) await reply.write({ text: `${edit}` }, false);
    const error = await reply.write({ text: 'one too many' }, false).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RateLimitedError);
    if (error instanceof RateLimitedError) {
      expect(error.retryAfterMs).toBeGreaterThan(50_000);
      expect(error.retryAfterMs).toBeLessThanOrEqual(60_000);
    }
    expect(bench.slack.rateLimited).toBe(1);
  });

  it.each(['lost-answer', 'lost-request'] as const)('posts once when there was a %s', async (mishap) => {
    bench = await createBench('socket');
    const reply = await openReply(bench);
    bench.slack.failNext('chat.postMessage', mishap);
    await expect(reply.write({ text: 'Half' }, false)).rejects.toThrow('chat.postMessage');
    await writeAll(reply, { text: 'Half of it' });
    const messages = bench.slack.messages(GENERAL);
    expect(messages.map((message) => shownText(latest(message)))).toEqual(['Half of it']);
  });

  it('finds the page that a dead process had posted but not stored', async () => {
    bench = await createBench('socket');
    const reply = await openReply(bench);
    const { ref } = reply;
    await writeAll(reply, { text: 'From the first process' }, false);
    await writeAll(bench.surface.reopen(JSON.parse(JSON.stringify(ref))), { text: 'From the second' });
    const messages = bench.slack.messages(GENERAL);
    expect(messages.map((message) => shownText(latest(message)))).toEqual(['From the second']);
  });

  it('draws from its workspace’s lane although it is opened again before Slack is connected', async () => {
    bench = await createBench('socket');
    const reply = await openReply(bench);
    await writeAll(reply, { text: 'Half' }, false);
    const again = bench.otherSurface().reopen(JSON.parse(JSON.stringify(reply.ref)));
    await again.write({ text: 'Half' }, false);
    expect(again.lane.key).toBe('slack:T0TEAM/U0BOT:update');
  });

  it('draws its posts from the channel’s lane and its edits from the workspace’s', async () => {
    bench = await createBench('socket');
    const reply = await openReply(bench);
    const text = Array.from({ length: 2500 }, (_, at) => `w${at}`).join(' ');
    const lanes: string[] = [];
    for (let outcome = 'more'; outcome === 'more'; ) {
      lanes.push(`${reply.lane.key} ${reply.lane.slots}/${reply.lane.windowMs} ${reply.lane.shared}`);
      outcome = await reply.write({ text: lanes.length === 1 ? 'w0' : text }, lanes.length > 1);
      if (lanes.length === 1) outcome = 'more';
    }
    expect(lanes).toEqual([
      `slack:T0TEAM/U0BOT:post:${GENERAL} 1/1000 true`,
      'slack:T0TEAM/U0BOT:update 50/60000 true',
      `slack:T0TEAM/U0BOT:post:${GENERAL} 1/1000 true`,
    ]);
    const calls = bench.slack.calls.map((call) => call.method).filter((method) => method.startsWith('chat.'));
    expect(calls).toEqual(['chat.postMessage', 'chat.update', 'chat.postMessage']);
  });

  it('unfurls no links', async () => {
    bench = await createBench('socket');
    await writeAll(await openReply(bench), { text: 'https://example.com/' });
    const [post] = bench.slack.calls.filter((call) => call.method === 'chat.postMessage');
    expect(post?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
  });

  describe('where messages can be edited for five minutes only', () => {
    const long = Array.from({ length: 2500 }, (_, at) => `w${at}`).join(' ');
    const texts = () => bench.slack.messages(GENERAL).map((message) => shownText(latest(message)));
    let aheadMs = 0;
    async function openOldReply(text: string): Promise<Reply> {
      bench = await createBench('socket', { now: () => Date.now() + aheadMs });
      bench.slack.world.editWindowMs = 5 * 60_000;
      const reply = await openReply(bench);
      await writeAll(reply, { text, status: 'At work' }, false);
      aheadMs += 6 * 60_000;
      return reply;
    }

    it('ends in a new message, and leaves none behind that says it is still at work', async () => {
      const reply = await openOldReply('Half');
      await writeAll(reply, { text: 'Half and whole.', footnote: 'llama' });
      expect(texts()).toEqual(['Half and whole.']);
      expect(smallPrint(latest(bench.slack.messages(GENERAL)[0] ?? expect.fail()))).toBe('llama');
    });

    it('leaves the pages that are finished where they are', async () => {
      const reply = await openOldReply(long.slice(0, 12_000));
      const [first] = bench.slack.messages(GENERAL);
      await writeAll(reply, { text: long });
      expect([texts().length, texts().join(' ')]).toEqual([2, long]);
      expect(bench.slack.messages(GENERAL)[0]).toBe(first);
    });

    it.each([1, 2, 3])('is shown once when the process dies after request %i of that', async (requests) => {
      const reply = await openOldReply('Half');
      let stored = reply.ref;
      for (let request = 0; request < requests; request++) {
        stored = JSON.parse(JSON.stringify(reply.ref));
        await reply.write({ text: 'Half and' }, false);
      }
      await writeAll(bench.otherSurface().reopen(stored), { text: 'Half and whole.' });
      expect(texts()).toEqual(['Half and whole.']);
    });
  });

  it('gives up when the message was deleted', async () => {
    bench = await createBench('socket');
    const reply = await openReply(bench);
    await writeAll(reply, { text: 'a' }, false);
    const [message] = bench.slack.messages(GENERAL);
    if (message) message.deleted = true;
    await expect(reply.write({ text: 'b' }, true)).rejects.toThrow(ReplyGoneError);
  });

  it('pings nobody from status, footnote, buttons and the quoted question', async () => {
    bench = await createBench('socket');
    const bad = '<!channel> <@U0ALICE> &';
    bench.answer = async (_, reply) => {
      const buttons = [{ id: 'x:1', label: bad, style: 'danger' as const }];
      await writeAll(reply, { text: bad, status: bad, footnote: bad, buttons });
    };
    await bench.start();
    await bench.slack.slash('/ask', 'what is &lt;!channel&gt; <@U0BOB|bob> <!here>', { user: BOB });
    const message = await eventually(() => bench.slack.messages(GENERAL)[0]);
    expect(latest(message).pings).toEqual([]);
    expect(smallPrint(latest(message))).toContain('bob asked: /ask what is &lt;!channel&gt; @bob @here');
  });

  it('refuses a ref that is not its own', async () => {
    bench = await createBench('socket');
    expect(() => bench.surface.reopen({ surface: 'discord' })).toThrow('surface');
  });
});
