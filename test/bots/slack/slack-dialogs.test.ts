/** Message shortcuts, forms and buttons on Slack, on the wire. */

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Form, FormField } from '../../../src/core/form.ts';
import {
  ADA,
  BOB,
  buttonsOf,
  ELSEWHERE,
  GENERAL,
  latest,
  type StandinMessage,
  shownText,
  smallPrint,
} from '../../standins/slack/world.ts';
import { type Bench, createBench, eventually, type Mode, writeAll } from './slack-harness.ts';

const field = (name: string, type: FormField['type'], more: Partial<FormField> = {}): FormField => ({
  name,
  type,
  label: `The ${name}`,
  required: false,
  ...more,
});

const FORM: Form = {
  id: 'form:run:stability-ai/sdxl',
  title: 'Run stability-ai/sdxl with these inputs',
  fields: [
    field('prompt', 'text', { required: true, description: 'What to draw' }),
    field('seed', 'line', { maxLength: 10 }),
    field('size', 'choice', {
      choices: [
        { name: 'Small', value: '512' },
        { name: 'Large', value: '1024' },
      ],
      value: '512',
    }),
    field('tiled', 'boolean', { value: 'true' }),
    field('image', 'file'),
  ],
};

describe.each<Mode>(['socket', 'http'])('dialogs on Slack over %s', (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench(mode);
    bench.forms = { [FORM.id]: FORM };
    await bench.start();
  });
  afterEach(() => bench.close());

  /** A message with these buttons, as the bot's answer to a mention. */
  async function answerWith(...ids: string[]): Promise<StandinMessage> {
    const buttons = ids.map((id) => ({ id, label: 'Press', style: 'primary' as const }));
    bench.answer = (_, reply) => writeAll(reply, { text: 'Press one', buttons });
    await bench.slack.mention('<@bot> go');
    return eventually(() => bench.slack.messages(GENERAL)[0]);
  }

  const whispers = (user: string) => () =>
    bench.slack.messages().find((message) => message.ephemeralFor === user);
  const openedView = () => eventually(() => bench.slack.world.views[0]);

  it('opens a form and hands over what was filled in, with the answer in the thread', async () => {
    const message = await answerWith(FORM.id);
    const delivery = await bench.slack.press(message, FORM.id, BOB);
    expect(delivery.failure).toBeUndefined();
    const view = await openedView();
    expect(view.view.title).toEqual({ type: 'plain_text', text: 'Run stability-ai/sdxl w…' });
    const picture = bench.slack.file({ name: 'a.png', mimetype: 'image/png', bytes: new Uint8Array([1, 2]) });
    await bench.slack.submit(view, { prompt: 'a <cat>', size: '1024', image: [picture] });
    const { fields, person, place, id } = await eventually(() => bench.submissions[0]);
    expect([id, person.id, place.thread]).toEqual([FORM.id, `slack:T0TEAM/${BOB}`, message.threadTs]);
    expect(fields.values).toEqual({ prompt: 'a <cat>', size: '1024', tiled: true });
    const content = await fields.files.image?.[0]?.open?.();
    expect(new Uint8Array(await new Response(content?.stream).arrayBuffer())).toEqual(new Uint8Array([1, 2]));
    const answer = await eventually(() => bench.slack.messages(GENERAL)[1]);
    expect([shownText(latest(answer)), answer.threadTs]).toEqual(['Submitted', message.threadTs]);
  });

  it('takes as many files as a field has room for, and at least one where it must', async () => {
    const fields = [
      field('pictures', 'file', { required: true, maxFiles: 3 }),
      field('others', 'file', { maxFiles: 50 }),
      field('mask', 'file'),
    ];
    bench.forms = { [FORM.id]: { ...FORM, fields } };
    await bench.slack.press(await answerWith(FORM.id), FORM.id, BOB);
    const view = await openedView();
    expect(view.view.blocks).toMatchObject([
      { block_id: 'pictures', optional: false, element: { type: 'file_input', max_files: 3 } },
      { block_id: 'others', optional: true, element: { max_files: 10 } },
      { block_id: 'mask', element: { max_files: 1 } },
    ]);
    const shared = (name: string) =>
      bench.slack.file({ name, mimetype: 'image/png', bytes: new TextEncoder().encode(name) });
    expect(() => bench.slack.submit(view, { mask: [shared('m.png')] })).toThrow('a required file is missing');
    await bench.slack.submit(view, { pictures: ['c.png', 'a.png'].map(shared), mask: [shared('m.png')] });
    const { files } = (await eventually(() => bench.submissions[0])).fields;
    const named = Object.entries(files).map(([name, list]) => [name, list.map((file) => file.name)]);
    expect(Object.fromEntries(named)).toEqual({ pictures: ['c.png', 'a.png'], mask: ['m.png'] });
    const content = await files.pictures?.[1]?.open?.();
    expect(await new Response(content?.stream).text()).toBe('a.png');
  });

  it('says so when there is no form for this person', async () => {
    const message = await answerWith('form:run:unknown/model');
    await bench.slack.press(message, 'form:run:unknown/model', BOB);
    expect(shownText(latest(await eventually(whispers(BOB))))).toBe('There is no such form.');
  });

  it('says so when Slack no longer takes the form', async () => {
    const message = await answerWith(FORM.id);
    bench.slack.failNext('views.open', { error: 'expired_trigger_id' });
    await bench.slack.press(message, FORM.id, BOB);
    expect(shownText(latest(await eventually(whispers(BOB))))).toContain('Please try again.');
  });

  it('gives a press its own reply in the same thread', async () => {
    const message = await answerWith('again:run-1');
    const delivery = await bench.slack.press(message, 'again:run-1', ADA);
    const press = await eventually(() => bench.presses[0]);
    expect([press.id, press.eventId, press.person.platformAdmin]).toEqual([
      'again:run-1',
      `slack:${delivery.id}`,
      true,
    ]);
    await writeAll(press.reply(), { text: 'Again' });
    const answer = bench.slack.messages(GENERAL).find((each) => shownText(latest(each)) === 'Again');
    expect([answer?.threadTs, answer?.ephemeralFor]).toEqual([message.threadTs, undefined]);
  });

  it('keeps the reply to a press on a private answer private', async () => {
    const buttons = [{ id: 'again:run-1', label: 'Again', style: 'secondary' as const }];
    bench.answer = (_, reply) => writeAll(reply, { text: 'Secret', buttons });
    await bench.slack.slash('/ask', 'x --private', { user: BOB });
    await bench.slack.press(await eventually(whispers(BOB)), 'again:run-1', BOB);
    const press = await eventually(() => bench.presses[0]);
    await writeAll(press.reply(), { text: 'Secret again' });
    expect(bench.slack.messages().map((message) => message.ephemeralFor)).toEqual([BOB, BOB, BOB]);
  });

  it('runs a command on a message, below it', async () => {
    const { message } = await bench.slack.mention('<@bot> &lt;listen&gt;');
    await eventually(() => bench.invocations[0]);
    const files = [bench.slack.file({ name: 'a.ogg', mimetype: 'audio/ogg', bytes: new Uint8Array([7]) })];
    const delivery = await bench.slack.shortcut(message, 'message:transcribe', { user: BOB, files });
    const invocation = await eventually(() => bench.invocations[1]);
    expect(invocation).toMatchObject({
      eventId: `slack:${delivery.id}`,
      command: 'transcribe',
      args: { form: 'typed', values: {} },
      about: { text: '@U0BOT <listen>', attachments: [{ name: 'a.ogg', contentType: 'audio/ogg' }] },
    });
    const answer = await eventually(() => bench.slack.messages(GENERAL)[1]);
    expect(answer.threadTs).toBe(message.ts);
    expect(smallPrint(latest(answer))).toBe('bob: Transcribe this');
  });

  it('asks first where a command wants to know something', async () => {
    const { message } = await bench.slack.mention('<@bot> look');
    await eventually(() => bench.invocations[0]);
    const files = [bench.slack.file({ name: 'a.txt', mimetype: 'text/plain', bytes: new Uint8Array([7]) })];
    await bench.slack.shortcut(message, 'message:ask', { user: BOB, files });
    await bench.slack.submit(await openedView(), { prompt: 'Is it true?' });
    const invocation = await eventually(() => bench.invocations[1]);
    expect(invocation).toMatchObject({
      command: 'ask',
      args: { form: 'typed', values: { prompt: 'Is it true?' } },
      about: { text: '@U0BOT look', attachments: [{ name: 'a.txt' }] },
    });
    const answer = await eventually(() => bench.slack.messages(GENERAL)[1]);
    expect([answer.threadTs, smallPrint(latest(answer))]).toEqual([
      message.ts,
      'bob: Ask about this · Is it true?',
    ]);
  });

  it('takes a long message whole through the dialog', async () => {
    const text = Array.from({ length: 2000 }, (_, at) => `w${at}`).join(' ');
    const { message } = await bench.slack.mention(text);
    await eventually(() => bench.invocations[0]);
    await bench.slack.shortcut(message, 'message:ask');
    await bench.slack.submit(await openedView(), { prompt: 'Shorter?' });
    expect((await eventually(() => bench.invocations[1])).about?.text).toBe(text);
  });

  it('says so when it may not read the files of the message', async () => {
    const { message } = await bench.slack.mention('<@bot> look');
    await eventually(() => bench.invocations[0]);
    const files = [bench.slack.file({ name: 'a.txt', mimetype: 'text/plain', bytes: new Uint8Array([7]) })];
    await bench.slack.shortcut(message, 'message:ask', { user: BOB, files });
    bench.slack.world.missingScopes.add('files:read');
    await bench.slack.submit(await openedView(), { prompt: 'Is it true?' });
    expect(shownText(latest(await eventually(whispers(BOB))))).toContain('tell whoever runs me');
  });

  it('answers a shortcut where it is no member through the response_url', async () => {
    const { message } = await bench.slack.mention('something', { channel: ELSEWHERE });
    await eventually(() => bench.invocations[0]);
    await bench.slack.shortcut(message, 'message:transcribe');
    const answer = await eventually(() => bench.slack.messages(ELSEWHERE)[0]);
    expect([answer.through, shownText(latest(answer))]).toEqual(['response_url', 'Hello']);
  });

  it('shows a form of a hundred fields, with whatever text in them', async () => {
    const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 });
    const [label = 'x', value = 'y'] = fc.sample(words, { numRuns: 2, seed: 7 });
    const choices = Array.from({ length: 25 }, (_, at) => ({ name: `${label}${at}`, value: `${at}` }));
    const fields = Array.from({ length: 130 }, (_, at) =>
      at % 2 ? field(`f${at}`, 'line', { label, value }) : field(`f${at}`, 'choice', { label, choices }),
    );
    bench.forms = { [FORM.id]: { ...FORM, fields } };
    await bench.slack.press(await answerWith(FORM.id), FORM.id);
    expect((await openedView()).view.blocks).toHaveLength(100);
  });

  it('shows primary and other buttons in their styles', async () => {
    const message = await answerWith('again:run-1');
    expect(buttonsOf(latest(message))).toEqual([
      { actionId: 'again:run-1', value: 'again:run-1', label: 'Press' },
    ]);
    const [actions] = latest(message).blocks.filter((block) => block.type === 'actions');
    expect(JSON.stringify(actions)).toContain('"style":"primary"');
  });
});
