/** Where a required file is asked for with a form, where a sentence says that it is missing, and what goes before. */

import { describe, expect, it } from 'vitest';
import type { Invocation, Message } from '../../src/core/chat.ts';
import {
  type Command,
  defineInstantCommand,
  defineModelCommand,
  type Options,
} from '../../src/core/command.ts';
import { UserError } from '../../src/core/errors.ts';
import { ADA, startCore } from './runs/running-core.ts';

const options = {
  picture: { type: 'attachment', description: 'The picture', required: true, accept: ['image'] },
  prompt: { type: 'string', description: 'What to change', required: true },
  times: { type: 'integer', description: 'How many times', max: 4 },
} as const satisfies Options;

const base = { description: 'Draw anew', access: 'everyone', options } as const;
const planned = async (args: object): Promise<never> => {
  throw new UserError(`planned ${JSON.stringify(args)}`);
};
const commands: readonly Command[] = [
  defineModelCommand({ ...base, name: 'redraw', plan: planned }),
  defineModelCommand({
    ...base,
    name: 'choose',
    plan: planned,
    askBack: async ({ picture, prompt }) =>
      prompt === 'which?' ? { text: `Which one? ${picture?.name}` } : undefined,
  }),
  defineModelCommand({
    ...base,
    name: 'shaped',
    plan: planned,
    form: async (argument) => ({ id: `form:shaped:${argument}`, title: 'Its own', fields: [] }),
  }),
  defineInstantCommand({ ...base, name: 'measure', run: async () => ({ text: 'measured' }) }),
  defineInstantCommand({ ...base, name: 'greet', options: {}, run: async () => ({ text: 'Hello' }) }),
];

const SENTENCE = 'Please give a file for `picture`: The picture.';
const PICTURE = { name: 'a.png', url: 'https://files.example/a.png', contentType: 'image/png' };
const WEB = { surface: 'web', channel: 'lobby', direct: true } as const;

async function say(command: string, text: string, more: Partial<Invocation> = {}): Promise<Message> {
  const core = await startCore({ commands: () => commands });
  return (await core.ask('', { command, args: { form: 'text', text }, ...more })).final();
}

describe('a required file that did not come along', () => {
  it('is asked for with what was given so far', async () => {
    expect(await say('redraw', '--times 3 a fox')).toMatchObject({
      text: SENTENCE,
      buttons: [{ id: 'form:redraw:prompt=a+fox;times=3', label: 'Choose a file', style: 'primary' }],
    });
  });

  it('is asked for with the reason why the one that came along is not taken', async () => {
    const talk = { name: 'talk.wav', url: 'https://files.example/talk.wav', contentType: 'audio/wav' };
    const asked = await say('redraw', 'a fox', { attachments: [talk] });
    expect(asked.text).toBe(`“talk.wav” is a sound recording; this needs a picture. ${SENTENCE}`);
    expect(asked.buttons).toMatchObject([{ id: 'form:redraw:prompt=a+fox' }]);
    const place = { ...WEB, surface: 'api' } as const;
    expect((await say('redraw', 'a fox', { attachments: [talk], place })).text).toBe(asked.text);
  });

  it('is asked for together with what else is missing', async () => {
    expect((await say('redraw', '')).buttons).toMatchObject([{ id: 'form:redraw:' }]);
  });

  it('is not asked for before what is wrong was said', async () => {
    expect(await say('redraw', 'a fox --times 9')).toMatchObject({
      text: expect.stringContaining('`times` must be'),
    });
  });

  it.each<[string, Partial<Invocation>]>([
    ['a program', { place: { ...WEB, surface: 'api' } }],
    ['who has filled in a form', { fields: { argument: '', values: {}, files: {} } }],
    ['who asks about a message', { about: { text: 'look', attachments: [] } }],
  ])('is only named to %s', async (_, more) => {
    const answer = await say('redraw', 'a fox', more);
    expect(answer.text).toBe(SENTENCE);
    expect(answer.buttons ?? []).toEqual([]);
  });

  it('is only named by a command that runs nothing', async () => {
    const answer = await say('measure', 'a fox');
    expect([answer.text, answer.buttons ?? []]).toEqual([SENTENCE, []]);
  });

  it('is asked for after what the command itself asks', async () => {
    expect((await say('choose', 'which?')).text).toBe('Which one? undefined');
    expect((await say('choose', 'this')).text).toBe(SENTENCE);
    expect((await say('choose', '')).text).toBe(SENTENCE);
  });

  it('is asked for once, however often the event is delivered', async () => {
    const core = await startCore({ commands: () => commands });
    const event = { eventId: 'same', command: 'redraw', args: { form: 'text', text: '' } } as const;
    await core.ask('', event);
    expect((await core.ask('', event)).shown).toEqual([]);
    expect(await core.runs()).toEqual([]);
  });
});

describe('the form behind the button', () => {
  it('is the command’s own where it has one, else its options’; none where there is no file to choose', async () => {
    const core = await startCore({ commands: () => commands });
    const open = (id: string) => core.handler.openForm(id, ADA, WEB);
    expect(await open('form:shaped:x')).toMatchObject({ title: 'Its own' });
    expect(await open('form:redraw:times=3;count=9')).toMatchObject({
      id: 'form:redraw:times=3',
      title: 'Draw anew',
      fields: [{ name: 'picture' }, { name: 'prompt' }, { name: 'times', value: '3' }],
    });
    expect(await open('form:greet:x')).toBe('This button no longer does anything.');
    expect(await open('form:nobody:x')).toContain('There is no command');
  });

  it('gives each option its own file and value', async () => {
    const core = await startCore({ commands: () => commands });
    const shown: Message[] = [];
    const written = {
      ref: { surface: 'web', id: 'submitted' },
      lane: { key: 'submitted', slots: 50, windowMs: 1000 },
      async write(message: Message) {
        shown.push(message);
        return 'shown' as const;
      },
    } as const;
    const files = { other: [{ ...PICTURE, name: 'other.png' }], picture: [PICTURE] };
    const fields = { values: { prompt: 'a fox', times: '2' }, files };
    await core.handler.submit(
      { eventId: 'submit-1', id: 'form:redraw:prompt=a+dog;times=3', fields, person: ADA, place: WEB },
      written,
    );
    expect(shown.at(-1)?.text).toBe(
      `planned ${JSON.stringify({ picture: PICTURE, prompt: 'a fox', times: 2 })}`,
    );
  });
});
