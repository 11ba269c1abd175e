/** Dialogs: asked before a command runs on a message, opened by a button, filled in and handed over. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Form, FormField } from '../../../src/core/form.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { type DiscordBot, startDiscordBot, until, writeAll } from './discord-bot.ts';

const line = (name: string, more: Partial<FormField> = {}): FormField => ({
  name,
  label: name,
  required: false,
  type: 'line',
  ...more,
});

const form = (fields: readonly FormField[]): Form => ({ id: 'form:run:owner/name', title: 'Run', fields });

const file = { name: 'cat.png', url: 'https://cdn.test/cat.png', contentType: 'image/png', sizeBytes: 9 };

describe('a command on a message', () => {
  let bot: DiscordBot;
  beforeEach(async () => {
    bot = await startDiscordBot();
  });
  afterEach(() => bot.close());

  it('runs on what the message says and what came with it', async () => {
    const { standin } = bot;
    const sound = {
      name: 'a.ogg',
      url: 'https://cdn.test/a.ogg',
      contentType: 'audio/ogg',
      sizeBytes: 9,
      durationSeconds: 61,
    };
    const target = standin.mention('listen', { attachments: [sound] });
    await bot.next();
    const used = standin.useOnMessage('Transcribe this', target);
    const { invocation, reply } = await bot.next();
    expect(used.acknowledgement()).toMatchObject({ type: 5 });
    expect(invocation).toMatchObject({
      eventId: `discord:${used.id}`,
      command: 'transcribe',
      args: { form: 'typed', values: {} },
      attachments: [],
      about: { text: `<@${standin.botId}> listen`, attachments: [sound] },
    });
    await writeAll(reply, { text: 'Hello.' });
    expect(used.messages().map(standin.text)).toEqual(['Hello.']);
  });

  it('asks its question in a dialog first', async () => {
    const { standin } = bot;
    const target = standin.say('E = mc²');
    const used = standin.useOnMessage('Ask about this', target);
    await until(() => expect(used.acknowledgement()?.type).toBe(9));
    expect(bot.taken).toEqual([]);
    const submitted = standin.submit(used, { prompt: 'Who said that?' });
    const { invocation, reply } = await bot.next();
    expect(invocation).toMatchObject({
      eventId: `discord:${submitted.id}`,
      command: 'ask',
      args: { form: 'typed', values: { prompt: 'Who said that?' } },
      about: { text: 'E = mc²', attachments: [] },
      person: { id: `discord:${standin.ada.id}` },
    });
    await writeAll(reply, { text: 'Einstein.' });
    expect(submitted.messages().map(standin.text)).toEqual(['Einstein.']);
  });

  it('says so when the message is not known any more', async () => {
    const { standin } = bot;
    const used = standin.useOnMessage('Ask about this', standin.say('E = mc²'));
    await until(() => expect(used.acknowledgement()?.type).toBe(9));
    await bot.surface.stop();
    const next = await startDiscordBot({ standin });
    const submitted = standin.submit(used, { prompt: 'Who said that?' });
    await until(() => expect(submitted.original()?.ephemeral).toBe(true));
    expect(submitted.messages().map(standin.text)).toEqual([expect.stringContaining('choose the command')]);
    expect(next.taken).toEqual([]);
    await next.surface.stop();
  });
});

describe('a form on Discord', () => {
  const open: DiscordBot[] = [];
  afterEach(async () => {
    for (const bot of open.splice(0)) await bot.close();
  });

  /** A bot with a message that carries the form's button, and the press on it. */
  async function press(options: Parameters<typeof startDiscordBot>[0]) {
    const bot = await startDiscordBot(options);
    open.push(bot);
    bot.standin.mention('hi');
    const { reply } = await bot.next();
    const button = { id: 'form:run:owner/name', label: 'Fill in', style: 'primary' } as const;
    await writeAll(reply, { text: 'Run owner/name', buttons: [button] });
    const message = bot.standin.messages(bot.standin.channel).at(-1);
    if (!message) throw new Error('there is no message');
    return { bot, pressed: bot.standin.press(message, button.id) };
  }
  const shown = (pressed: { acknowledgement(): { type: number } | undefined }) =>
    until(() => expect(pressed.acknowledgement()?.type).toBe(9));

  it('opens as the first response to the press, and is handed over as it was filled in', async () => {
    const { bot, pressed } = await press({
      openForm: async () =>
        form([
          line('prompt', { required: true, type: 'text', maxLength: 5000, value: 'a cat' }),
          line('scheduler', {
            type: 'choice',
            choices: [
              { name: 'DDIM', value: 'ddim' },
              { name: 'Karras', value: 'karras' },
            ],
            value: 'ddim',
          }),
          line('tiling', { type: 'boolean', value: 'true' }),
          line('image', { type: 'file' }),
          line('seed'),
        ]),
    });
    await shown(pressed);
    expect(bot.presses).toEqual([]);
    const submitted = bot.standin.submit(pressed, { scheduler: 'karras', image: file, seed: '' });
    await until(() => expect(bot.submissions).toHaveLength(1));
    const [taken] = bot.submissions;
    expect(taken?.submission).toMatchObject({
      eventId: `discord:${submitted.id}`,
      id: 'form:run:owner/name',
      fields: { values: { prompt: 'a cat', scheduler: 'karras', tiling: true }, files: { image: [file] } },
      person: { id: `discord:${bot.standin.ada.id}` },
      place: { channel: bot.standin.channel.id },
    });
    expect(taken?.submission.fields.values).not.toHaveProperty('seed');
    expect(submitted.acknowledgement()?.type).toBe(5);
    if (taken) await writeAll(taken.reply, { text: 'Here it is.' });
    expect(submitted.messages().map(bot.standin.text)).toEqual(['Here it is.']);
  });

  it('with more fields than Discord shows takes the others as lines of text', async () => {
    const { bot, pressed } = await press({
      openForm: async () =>
        form([
          line('width', { value: '1024' }),
          line('height', { value: '768' }),
          line('negative', { type: 'text', value: 'several\nlines' }),
          line('seed'),
          line('mask', { type: 'file' }),
          line('steps', { value: '50' }),
          line('prompt', { required: true, type: 'text' }),
        ]),
    });
    await shown(pressed);
    const modal = JSON.stringify(pressed.acknowledgement()?.data);
    expect(
      JSON.parse(modal).components.map(
        (row: { component: { custom_id: string } }) => row.component.custom_id,
      ),
    ).toEqual(['width', 'prompt', 'mask', 'height', '+more']);
    expect(JSON.parse(modal).components.at(-1).component.value).toBe('negative=\nseed=\nsteps=50');
    const more = 'negative = ugly,\nblurred\nseed=\n steps=30\nguidance=7.5=';
    bot.standin.submit(pressed, { prompt: 'a cat', mask: file, '+more': more });
    await until(() => expect(bot.submissions).toHaveLength(1));
    expect(bot.submissions[0]?.submission.fields).toEqual({
      values: {
        prompt: 'a cat',
        width: '1024',
        height: '768',
        negative: 'ugly,\nblurred',
        steps: '30',
        guidance: '7.5=',
      },
      files: { mask: [file] },
    });
  });

  it('takes as many files as a field has room for, in their order, and at least one where it must', async () => {
    const { bot, pressed } = await press({
      openForm: async () =>
        form([
          line('pictures', { type: 'file', required: true, maxFiles: 3, accept: ['image'] }),
          line('others', { type: 'file', maxFiles: 50 }),
          line('mask', { type: 'file' }),
        ]),
    });
    await shown(pressed);
    const { components } = JSON.parse(JSON.stringify(pressed.acknowledgement()?.data));
    expect(components.map((row: { component: object }) => row.component)).toMatchObject([
      { custom_id: 'pictures', required: true, min_values: 1, max_values: 3, file_types: ['image'] },
      { custom_id: 'others', required: false, min_values: 0, max_values: 10 },
      { custom_id: 'mask', max_values: 1 },
    ]);
    const named = (name: string) => ({ ...file, name });
    expect(() => bot.standin.submit(pressed, { mask: file })).toThrow('needs the field pictures');
    const pictures = ['c.png', 'a.png', 'b.png'].map(named);
    bot.standin.submit(pressed, { pictures, others: [named('d.png')] });
    await until(() => expect(bot.submissions).toHaveLength(1));
    expect(bot.submissions[0]?.submission.fields.files).toEqual({ pictures, others: [named('d.png')] });
  });

  it('without fields can be submitted all the same, and one with too many choices takes text', async () => {
    const { bot, pressed } = await press({ openForm: async () => form([]) });
    await shown(pressed);
    bot.standin.submit(pressed, {});
    await until(() => expect(bot.submissions).toHaveLength(1));
    const choices = Array.from({ length: 26 }, (_, at) => ({ name: `n${at}`, value: `v${at}` }));
    const other = await press({ openForm: async () => form([line('style', { type: 'choice', choices })]) });
    await shown(other.pressed);
    other.bot.standin.submit(other.pressed, { style: 'v25' });
    await until(() => expect(other.bot.submissions[0]?.submission.fields.values).toEqual({ style: 'v25' }));
  });

  it('that is not for this person is answered with the sentence that says why', async () => {
    const { bot, pressed } = await press({ openForm: async () => 'Only admins may use this.' });
    await until(() =>
      expect(pressed.messages().map(bot.standin.text)).toEqual(['Only admins may use this.']),
    );
    expect(pressed.original()?.ephemeral).toBe(true);
  });

  it('that is not ready in time can be asked for again', async () => {
    const clock = createFakeClock();
    const { bot, pressed } = await press({ clock, openForm: () => new Promise(() => undefined) });
    await until(async () => {
      await clock.advance(2100);
      expect(pressed.messages().map(bot.standin.text)).toEqual([
        'The form was not ready in time. Please press again.',
      ]);
    });
  });
});

describe('a button that asks for something new', () => {
  const again = { id: 'again:run-1', label: 'Again', style: 'secondary' } as const;

  it('is answered in new messages in the same place, and the old one stays as it is', async () => {
    const bot = await startDiscordBot({
      press: async (press) => {
        const reply = press.reply();
        await writeAll(reply, { text: 'word '.repeat(800) });
        expect(reply.lane.key).toMatch(/^discord:interaction:/);
        return '';
      },
    });
    const { standin } = bot;
    const command = standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
    await writeAll((await bot.next()).reply, { text: 'Once', buttons: [again] });
    const [message] = command.messages();
    const pressed = message && standin.press(message, again.id);
    await until(() => expect(pressed?.followUps()).toHaveLength(3));
    const text = pressed?.followUps().map(standin.text).join(' ');
    expect(text?.split(/\s+/)).toHaveLength(800);
    expect(pressed?.followUps().map((each) => each.ephemeral)).toEqual([false, false, false]);
    expect(command.messages().map(standin.text)).toEqual(['Once']);
    await bot.close();
  });

  it('is answered to the presser alone below a private answer', async () => {
    const bot = await startDiscordBot({
      press: async (press) => {
        await writeAll(press.reply(), { text: 'Twice' });
        return '';
      },
    });
    const { standin } = bot;
    const command = standin.sendCommand({ name: 'ask', options: { prompt: 'hi', private: true } });
    await writeAll((await bot.next()).reply, { text: 'Once', buttons: [again] });
    const [message] = command.messages();
    const pressed = message && standin.press(message, again.id);
    await until(() => expect(pressed?.followUps().map((each) => each.ephemeral)).toEqual([true]));
    await bot.close();
  });

  it('goes on after a restart and after its token has run out', async () => {
    const bot = await startDiscordBot({ press: async () => '' });
    const { standin } = bot;
    const command = standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
    await writeAll((await bot.next()).reply, { text: 'Once', buttons: [again] });
    const [message] = command.messages();
    const pressed = message && standin.press(message, again.id);
    await until(() => expect(bot.presses).toHaveLength(1));
    const reply = bot.presses[0]?.reply();
    if (!reply) throw new Error('there is no press');
    const before = JSON.parse(JSON.stringify(reply.ref));
    await reply.write({ text: 'Half' }, false);
    const reopened = bot.surface.reopen(before);
    await writeAll(reopened, { text: 'Half and' }, false);
    expect(pressed?.followUps().map(standin.text)).toEqual(['Half and']);
    standin.advance(16 * 60_000);
    await writeAll(reopened, { text: 'Half and whole' });
    expect(pressed?.followUps().map(standin.text)).toEqual(['Half and whole']);
    await bot.close();
  });
});
