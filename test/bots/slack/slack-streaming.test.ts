/** Native streaming in direct messages, on the wire: live text, the agent's session, and every way a stream can end. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Button, Reply } from '../../../src/core/chat.ts';
import { replyContract } from '../../core/reply/reply-contract.ts';
import {
  ALICE,
  buttonsOf,
  DIRECT,
  latest,
  type StandinMessage,
  shownText,
  smallPrint,
} from '../../standins/slack/world.ts';
import { type Bench, createBench, eventually, writeAll } from './slack-harness.ts';

const CANCEL: Button = { id: 'cancel:run-1', label: 'Cancel', style: 'danger' };
const AGAIN: Button = { id: 'again:run-1', label: 'Regenerate', style: 'secondary' };

async function openReply(bench: Bench): Promise<{ reply: Reply; threadTs: string }> {
  bench.answer = async () => undefined;
  const { message } = await bench.slack.directMessage('go');
  return { reply: await eventually(() => bench.replies.at(-1)), threadTs: message.ts };
}

replyContract('Slack, streamed', async () => {
  const bench = await createBench('socket', { rateScale: 100 });
  await bench.start();
  const { reply } = await openReply(bench);
  const versions = () => bench.slack.messages(DIRECT).map(latest);
  return {
    open: () => reply,
    reopen: (ref) => bench.surface.reopen(ref),
    shown: async () => versions().map(shownText).filter(Boolean),
    pings: async () =>
      bench.slack.messages(DIRECT).flatMap((message) => message.versions.flatMap((each) => each.pings)),
    smallPrint: async () => [
      ...versions().map(smallPrint).filter(Boolean),
      ...bench.slack.world.statuses.values(),
    ],
    buttonIds: async () =>
      versions()
        .flatMap(buttonsOf)
        .map((button) => button.actionId),
    close: () => bench.close(),
  };
});

describe('a stream on Slack', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench('socket');
    await bench.start();
  });
  afterEach(() => bench.close());

  const messages = () => bench.slack.messages(DIRECT).filter((message) => message.ephemeralFor === undefined);
  const shown = () => messages().map((message) => shownText(latest(message)));
  const called = (method: string) => bench.slack.calls.filter((call) => call.method === method).length;
  const session = (threadTs: string) => bench.slack.world.sessions.get(`${DIRECT}:${threadTs}`);
  const status = (threadTs: string) => bench.slack.world.statuses.get(`${DIRECT}:${threadTs}`);
  const only = (): StandinMessage => messages()[0] ?? expect.fail('no message');

  it('shows a status, then text as it grows, then footnote and buttons, with one request for each', async () => {
    const { reply, threadTs } = await openReply(bench);
    await writeAll(reply, { text: '', status: 'llama is booting…', buttons: [CANCEL] }, false);
    expect([status(threadTs), session(threadTs), shown()]).toEqual(['llama is booting…', 'processing', []]);
    for (const text of ['One', 'One two', 'One two three'])
      expect(await reply.write({ text, buttons: [CANCEL] }, false)).toBe('shown');
    expect(status(threadTs)).toBeUndefined();
    expect(await reply.write({ text: 'One two three.', footnote: 'llama', buttons: [AGAIN] }, true)).toBe(
      'shown',
    );
    expect(shown()).toEqual(['One two three.']);
    expect(only().threadTs).toBe(threadTs);
    expect(only().versions.map(shownText)).toEqual(['One', 'One two', 'One two three', 'One two three.']);
    expect([smallPrint(latest(only())), buttonsOf(latest(only()))[0]?.actionId]).toEqual(['llama', AGAIN.id]);
    expect([session(threadTs), only().stream]).toEqual(['active', 'ended']);
    expect(
      bench.slack.calls.map((call) => call.method).filter((method) => /^chat|setStatus/.test(method)),
    ).toEqual([
      'agents.sessions.setStatus',
      'assistant.threads.setStatus',
      'chat.startStream',
      'chat.appendStream',
      'chat.appendStream',
      'chat.stopStream',
    ]);
  });

  it('posts what is final from the start', async () => {
    const { reply } = await openReply(bench);
    await writeAll(reply, { text: 'Done.', footnote: 'llama' });
    expect(shown()).toEqual(['Done.']);
    expect([called('chat.startStream'), called('chat.postMessage')]).toEqual([0, 1]);
  });

  it('ends the session of a run that said nothing before its end', async () => {
    const { reply, threadTs } = await openReply(bench);
    await writeAll(reply, { text: '', status: 'Booting' }, false);
    await writeAll(reply, { text: '**Cancelled.**' });
    expect([shown(), session(threadTs), status(threadTs)]).toEqual([['**Cancelled.**'], 'active', undefined]);
  });

  it.each(['message_not_in_streaming_state', 'stopped_by_user', 'msg_too_long', 'internal_error'])(
    'goes on by edits when an append meets %s',
    async (code) => {
      const { reply } = await openReply(bench);
      await writeAll(reply, { text: 'One' }, false);
      bench.slack.failNext('chat.appendStream', { error: code });
      if (code.startsWith('message_not') || code.startsWith('stopped')) only().stream = 'ended';
      await writeAll(reply, { text: 'One two', buttons: [CANCEL] }, false);
      expect([shown(), buttonsOf(latest(only()))[0]?.actionId]).toEqual([['One two'], CANCEL.id]);
      await writeAll(reply, { text: 'One two three', footnote: 'llama' });
      expect([shown(), smallPrint(latest(only()))]).toEqual([['One two three'], 'llama']);
    },
  );

  it.each([
    ['chat.appendStream', 'lost-answer'],
    ['chat.appendStream', 'lost-request'],
    ['chat.stopStream', 'lost-answer'],
    ['chat.stopStream', 'lost-request'],
    ['chat.startStream', 'lost-answer'],
    ['chat.startStream', 'lost-request'],
    ['agents.sessions.setStatus', 'lost-answer'],
    ['assistant.threads.setStatus', 'lost-request'],
  ] as const)('neither loses nor doubles text when %s meets a %s', async (method, mishap) => {
    const { reply } = await openReply(bench);
    bench.slack.failNext(method, mishap);
    await writeAll(reply, { text: '', status: 'Booting' }, false).catch(() => undefined);
    for (const text of ['One', 'One two', 'One two three']) await writeAll(reply, { text }, false);
    await writeAll(reply, { text: 'One two three.', footnote: 'llama', buttons: [AGAIN] });
    expect([shown(), smallPrint(latest(only()))]).toEqual([['One two three.'], 'llama']);
    expect(only().stream).not.toBe('live');
  });

  it.each(['agents.sessions.setStatus', 'assistant.threads.setStatus'])(
    'goes on streaming when the answer to %s is lost',
    async (method) => {
      const { reply } = await openReply(bench);
      bench.slack.failNext(method, 'lost-answer');
      await writeAll(reply, { text: '', status: 'Booting' }, false);
      for (const text of ['One', 'One two']) await writeAll(reply, { text }, false);
      await writeAll(reply, { text: 'One two.', footnote: 'llama' });
      expect([shown(), called('chat.startStream'), called('chat.update')]).toEqual([['One two.'], 1, 0]);
    },
  );

  it('says in a status what fits into 50 characters, as Slack demands', async () => {
    const { reply, threadTs } = await openReply(bench);
    const label = 'meta/meta-llama-3-70b-instruct is booting (12 s so far)…';
    await writeAll(reply, { text: '', status: label }, false);
    expect(status(threadTs)).toBe(`${label.slice(0, 49)}…`);
  });

  it('ends a stream that Slack still holds open before it edits', async () => {
    const { reply } = await openReply(bench);
    await writeAll(reply, { text: 'One' }, false);
    // What was read so far is taken back: no append can show that.
    await writeAll(reply, { text: 'Two', footnote: 'llama' });
    expect([shown(), only().stream]).toEqual([['Two'], 'ended']);
  });

  it.each(['started', 'half streamed', 'ended by Slack'])(
    'goes on by edits after a death: %s',
    async (moment) => {
      const { reply, threadTs } = await openReply(bench);
      await writeAll(reply, { text: '', status: 'Booting' }, false);
      if (moment !== 'started') await writeAll(reply, { text: 'Half' }, false);
      const ref = JSON.parse(JSON.stringify(reply.ref));
      if (moment === 'half streamed') await writeAll(reply, { text: 'Half of' }, false);
      if (moment === 'ended by Slack') only().stream = 'ended';
      const other = bench.otherSurface().reopen(ref);
      await writeAll(other, { text: 'Half of it' }, false);
      expect(status(threadTs)).toBeUndefined();
      await writeAll(other, { text: 'Half of it.', footnote: 'llama' });
      expect([shown(), session(threadTs)]).toEqual([['Half of it.'], 'active']);
    },
  );

  it('finds the stream that a dead process had started but not stored', async () => {
    const { reply } = await openReply(bench);
    const ref = JSON.parse(JSON.stringify(reply.ref));
    await writeAll(reply, { text: 'Half' }, false);
    await writeAll(bench.otherSurface().reopen(ref), { text: 'Half of it.' });
    expect(shown()).toEqual(['Half of it.']);
  });

  it('cancels the run when its person presses the agent’s Stop button', async () => {
    const { reply, threadTs } = await openReply(bench);
    await writeAll(reply, { text: 'One', buttons: [CANCEL] }, false);
    await bench.slack.stop(DIRECT, threadTs);
    await eventually(() => bench.presses[0]);
    expect(bench.presses.map((press) => [press.id, press.person.id])).toEqual([
      [CANCEL.id, `slack:T0TEAM/${ALICE}`],
    ]);
    await writeAll(reply, { text: 'One\n\n**Cancelled.**', footnote: 'llama' });
    expect([shown(), session(threadTs)]).toEqual([['One\n\n**Cancelled.**'], 'active']);
  });

  it('cancels it too when only an append tells that the person stopped it', async () => {
    const { reply } = await openReply(bench);
    await writeAll(reply, { text: 'One', buttons: [CANCEL] }, false);
    only().stream = 'stopped';
    await writeAll(reply, { text: 'One two', buttons: [CANCEL] }, false);
    await eventually(() => bench.presses[0]);
    expect(bench.presses[0]?.id).toBe(CANCEL.id);
  });

  it('posts and edits, with a Cancel button, where the app is no agent', async () => {
    bench.slack.world.isAgent = false;
    const { reply } = await openReply(bench);
    await writeAll(reply, { text: '', status: 'Booting', buttons: [CANCEL] }, false);
    expect([smallPrint(latest(only())), buttonsOf(latest(only()))[0]?.actionId]).toEqual([
      'Booting',
      CANCEL.id,
    ]);
    await writeAll(reply, { text: 'Done.' });
    const second = await openReply(bench);
    await writeAll(second.reply, { text: 'Where it was asked.' }, false);
    const [, message] = bench.slack.messages(DIRECT);
    expect([message?.threadTs, called('agents.sessions.setStatus')]).toEqual([undefined, 1]);
  });

  it('posts and edits once twenty streams were started in a minute', async () => {
    for (let count = 1; count <= 22; count++) {
      const { reply } = await openReply(bench);
      await writeAll(reply, { text: `Number ${count}` }, false);
    }
    expect(called('chat.startStream')).toBe(20);
    expect(shown()).toHaveLength(22);
    expect(bench.slack.rateLimited).toBe(0);
  });

  it.each([0, 1])('keeps the pages apart when the answer to start %i of two is lost', async (lost) => {
    const { reply } = await openReply(bench);
    const text = Array.from({ length: 2500 }, (_, at) => `w${at}`).join(' ');
    if (lost === 0) bench.slack.failNext('chat.startStream', 'lost-answer');
    await writeAll(reply, { text: text.slice(0, 6000) }, false);
    if (lost === 1) bench.slack.failNext('chat.startStream', 'lost-answer');
    await writeAll(reply, { text: text.slice(0, 12_500) }, false);
    await writeAll(reply, { text, footnote: 'llama' });
    expect([shown().length, shown().join(' ')]).toEqual([2, text]);
    expect(messages().filter((message) => message.stream === 'live')).toEqual([]);
  });

  it('rolls over to a new message before Slack’s 12,000 characters', async () => {
    const { reply } = await openReply(bench);
    await writeAll(reply, { text: '', status: 'Booting' }, false);
    const text = Array.from({ length: 5000 }, (_, at) => `w${at}${at % 12 === 11 ? '\n\n' : ' '}`).join('');
    for (let end = 1500; end < text.length; end += 1500)
      await writeAll(reply, { text: text.slice(0, end) }, false);
    await writeAll(reply, { text, footnote: 'llama' });
    expect(shown().join(' ').match(/w\d+/g)).toEqual(text.match(/w\d+/g));
    expect(called('chat.startStream')).toBe(shown().length);
    expect([shown().length > 2, called('chat.update')]).toEqual([true, 0]);
    expect(new Set(messages().map((message) => message.stream))).toEqual(new Set(['ended']));
    expect(bench.slack.rateLimited).toBe(0);
  });
});
