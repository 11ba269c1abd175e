/** What people do on Slack and what the handler gets to see, on the wire, over sockets and over HTTP. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ADA,
  ALICE,
  BOB,
  buttonsOf,
  DIRECT,
  ELSEWHERE,
  GENERAL,
  latest,
  shownText,
  smallPrint,
} from '../../standins/slack/world.ts';
import { type Bench, createBench, eventually, type Mode, writeAll } from './slack-harness.ts';

describe.each<Mode>(['socket', 'http'])('Slack over %s', (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench(mode);
    await bench.start();
  });
  afterEach(() => bench.close());
  const firstMessage = () => eventually(() => bench.slack.messages()[0]);
  const firstInvocation = () => eventually(() => bench.invocations[0]);

  it('is ready, and no more when drained', async () => {
    expect(bench.surface.ready).toBe(true);
    await bench.surface.drain();
    expect(bench.surface.ready).toBe(false);
  });

  it('answers a slash command in the channel, with the question above it', async () => {
    const delivery = await bench.slack.slash('/ask', 'why &lt; &amp; how --model claude');
    expect(delivery.failure).toBeUndefined();
    const message = await firstMessage();
    expect(shownText(latest(message))).toBe('Hello');
    expect(smallPrint(latest(message))).toBe('alice asked: /ask why &lt; &amp; how --model claude');
    expect(message.channel).toBe(GENERAL);
    expect(bench.invocations).toEqual([
      {
        eventId: `slack:${delivery.id}`,
        command: 'ask',
        args: { form: 'text', text: 'why < & how --model claude' },
        person: { id: 'slack:T0TEAM/U0ALICE', name: 'alice', platformAdmin: false },
        place: { surface: 'slack', workspace: 'T0TEAM', channel: GENERAL, direct: false },
        attachments: [],
      },
    ]);
  });

  it('finds a command of two words, the person in it, and whether an admin asks', async () => {
    await bench.slack.slash('/budget', 'set 5.00 --person <@U0BOB|bob>', { user: ADA });
    const { command, args, person } = await firstInvocation();
    expect(command).toBe('budget set');
    expect(args).toEqual({ form: 'text', text: '5.00 --person slack:T0TEAM/U0BOB' });
    expect(person.platformAdmin).toBe(true);
  });

  it('finds the user group and the channel in it', async () => {
    await bench.slack.slash(
      '/budget',
      'set 5 --role <!subteam^S0STAFF|@staff> --channel <#C0GENERAL|general>',
      {
        user: ADA,
      },
    );
    const { args } = await firstInvocation();
    expect(args).toEqual({ form: 'text', text: '5 --role slack:T0TEAM/S0STAFF --channel C0GENERAL' });
    expect((await firstMessage()).ephemeralFor).toBeUndefined();
  });

  it('leaves groups and channels in a question as people see them', async () => {
    await bench.slack.mention(
      '<@bot> ask is <!subteam^S0STAFF|@staff> in <#C0GENERAL|general> with <@U0BOB>?',
    );
    const { args } = await firstInvocation();
    expect(args).toEqual({ form: 'text', text: 'is @staff in #general with @U0BOB?' });
  });

  it('knows who asks by their name and groups, asking Slack once', async () => {
    for (let time = 1; time <= 3; time++) {
      await bench.slack.mention('<@bot> x', { user: BOB });
      await eventually(() => bench.invocations.length === time);
    }
    expect(bench.invocations.at(-1)?.person).toEqual({
      id: `slack:T0TEAM/${BOB}`,
      name: 'Bob',
      platformAdmin: false,
      roles: ['slack:T0TEAM/S0STAFF'],
    });
    const asked = bench.slack.calls.map((call) => call.method).filter((method) => /^user/.test(method));
    expect(asked.sort()).toEqual(['usergroups.list', 'users.info']);
  });

  it('serves people whose groups it may not see', async () => {
    bench.slack.world.missingScopes.add('usergroups:read');
    await bench.slack.mention('<@bot> x', { user: BOB });
    expect((await firstInvocation()).person.roles).toBeUndefined();
  });

  it('announces in a channel', async () => {
    const reply = bench.surface.announce?.(GENERAL) ?? expect.fail('no announce');
    await writeAll(reply, { text: '80 % of the budget is used.' });
    expect(shownText(latest(await firstMessage()))).toBe('80 % of the budget is used.');
  });

  it('asks Slack once in a while who is an admin, and only where it matters', async () => {
    const asked = () => bench.slack.calls.filter((call) => call.method === 'users.info').length;
    await bench.slack.slash('/ask', 'x', { user: BOB });
    await firstInvocation();
    expect(asked()).toBe(0);
    for (let time = 1; time <= 3; time++) {
      await bench.slack.slash('/budget', 'view', { user: BOB });
      await eventually(() => bench.invocations[time]);
    }
    expect(asked()).toBe(1);
    expect(bench.invocations.at(-1)?.person.platformAdmin).toBe(false);
  });

  it('answers a mention in its thread', async () => {
    const { message: question, eventId } = await bench.slack.mention('hey <@bot> what is a cat?');
    const message = await firstMessage();
    expect(message.threadTs).toBe(question.ts);
    const { args, place, ...invocation } = await firstInvocation();
    expect(invocation).toMatchObject({ command: 'ask', eventId: `slack:${eventId}` });
    expect(args).toEqual({ form: 'text', text: 'hey what is a cat?' });
    expect(place.thread).toBe(question.ts);
  });

  it('runs a command that is named in a thread, there', async () => {
    await bench.slack.mention('<@bot> budget view', { thread_ts: '1700000000.000001', user: ADA });
    const message = await firstMessage();
    expect(message.threadTs).toBe('1700000000.000001');
    expect(bench.invocations[0]).toMatchObject({ command: 'budget view', args: { form: 'text', text: '' } });
  });

  it('answers a direct message in its thread, and takes links and entities as typed', async () => {
    const { message: question } = await bench.slack.directMessage(
      'read <https://example.com/a?b=1&amp;c=2> on <http://example.org|example.org>',
    );
    const message = await firstMessage();
    expect(message.channel).toBe(DIRECT);
    expect(message.threadTs).toBe(question.ts);
    const { args, place } = await firstInvocation();
    expect(args).toEqual({ form: 'text', text: 'read https://example.com/a?b=1&c=2 on example.org' });
    expect(place).toMatchObject({ direct: true, channel: DIRECT });
    expect(place.thread).toBeUndefined();
  });

  it('ignores bots, edits and itself', async () => {
    await bench.slack.directMessage('x', { subtype: 'message_changed' });
    await bench.slack.directMessage('x', { bot_id: 'B0OTHER' });
    await bench.slack.directMessage('x', { user: 'U0BOT', bot_id: 'B0BOT' });
    await bench.slack.directMessage('real');
    await firstInvocation();
    expect(bench.invocations.map((invocation) => invocation.args)).toEqual([{ form: 'text', text: 'real' }]);
  });

  it('gives a redelivered event the same id', async () => {
    const { eventId } = await bench.slack.mention('<@bot> once');
    await bench.slack.redeliver(eventId);
    const second = await eventually(() => bench.invocations[1]);
    expect(second.eventId).toBe(bench.invocations[0]?.eventId);
  });

  it('acknowledges an event only when it is answered or stored, so that a death before that loses nothing', async () => {
    const store: (() => void)[] = [];
    bench.answer = () => new Promise((resolve) => void store.push(resolve));
    const delivered = bench.slack.mention('<@bot> keep this');
    await firstInvocation();
    expect(bench.slack.deliveries[0]?.acknowledgedAfterMs).toBeUndefined();
    store[0]?.();
    expect((await delivered).delivery.acknowledgedAfterMs).toBeGreaterThan(0);
  });

  it('acknowledges in time while the handler is still at work', async () => {
    const finish: (() => void)[] = [];
    bench.answer = () => new Promise((resolve) => void finish.push(resolve));
    const { delivery } = await bench.slack.mention('<@bot> slow');
    const slash = await bench.slack.slash('/ask', 'slow');
    await eventually(() => bench.invocations[1]);
    expect([delivery.failure, slash.failure]).toEqual([undefined, undefined]);
    expect(delivery.acknowledgedAfterMs).toBeLessThan(3000);
    expect(slash.acknowledgedAfterMs).toBeLessThan(3000);
    for (const each of finish) each();
  });

  it('hands a pressed button on and shows the result to who pressed, alone', async () => {
    const buttons = [{ id: 'cancel:run-1', label: 'Cancel', style: 'danger' as const }];
    bench.answer = (_, reply) => writeAll(reply, { text: 'Working', buttons }, false);
    await bench.slack.mention('<@bot> go');
    const message = await firstMessage();
    const delivery = await bench.slack.press(message, 'cancel:run-1', ADA);
    expect(delivery.failure).toBeUndefined();
    const told = await eventually(() => bench.slack.messages().find((each) => each.ephemeralFor === ADA));
    expect(shownText(latest(told))).toBe('Pressed cancel:run-1.');
    expect(bench.presses[0]?.person).toMatchObject({ id: `slack:T0TEAM/${ADA}`, platformAdmin: true });
    expect(bench.presses[0]?.place.thread).toBe(message.threadTs);
  });

  it('shows a private answer to the asker alone: one line at first, then all of it', async () => {
    const buttons = [{ id: 'cancel:run-1', label: 'Cancel', style: 'danger' as const }];
    bench.answer = async (_, reply) => {
      await reply.write({ text: '', status: 'Booting', buttons }, false);
      await reply.write({ text: 'Hal', status: 'Writing', buttons }, false);
      await writeAll(reply, { text: 'Half an answer.', footnote: 'llama' });
    };
    await bench.slack.slash('/ask', 'secret --private', { user: BOB });
    await eventually(() => bench.slack.messages()[1]);
    const messages = bench.slack.messages();
    expect(messages.map((message) => message.ephemeralFor)).toEqual([BOB, BOB]);
    expect(messages.map((message) => shownText(latest(message)))).toEqual(['', 'Half an answer.']);
    expect(buttonsOf(latest(messages[0] ?? expect.fail())).map((button) => button.actionId)).toEqual([
      'cancel:run-1',
    ]);
  });

  it('answers a private command to the asker alone', async () => {
    await bench.slack.slash('/usage', '');
    expect((await firstMessage()).ephemeralFor).toBe(ALICE);
  });

  it('answers where it is no member through the response_url, and the rest in a direct message', async () => {
    const text = Array.from({ length: 12_000 }, (_, at) => `w${at}`).join(' ');
    bench.answer = async (_, reply) => {
      await writeAll(reply, { text: '', status: 'Booting' }, false);
      await writeAll(reply, { text, footnote: 'llama' });
    };
    await bench.slack.slash('/ask', 'x', { channel: ELSEWHERE });
    await eventually(() => bench.slack.messages(DIRECT)[2]);
    const [told, ...here] = bench.slack.messages(ELSEWHERE);
    expect(told?.ephemeralFor).toBe(ALICE);
    expect(here.map((message) => [message.through, message.ephemeralFor])).toEqual(
      Array(4).fill(['response_url', undefined]),
    );
    expect(smallPrint(latest(here[3] ?? expect.fail()))).toBe(
      'The rest is in the direct messages of whoever asked. · Invite me with /invite @replibot to see answers here while I write them.',
    );
    const rest = bench.slack.messages(DIRECT);
    expect(smallPrint(latest(rest.at(-1) ?? expect.fail()))).toBe('llama');
    const shown = [...here, ...rest].map((message) => shownText(latest(message)));
    expect(shown.join(' ').match(/w\d+/g)).toEqual(text.match(/w\d+/g));
  });

  it('says which commands there are when the second word is missing', async () => {
    const delivery = await bench.slack.slash('/budget', '');
    expect(delivery.failure).toBeUndefined();
    expect(bench.invocations).toEqual([]);
  });
});
