/** Forms of a command's options: what they show, and that what was given before comes back from a button's id or is named. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/core/arguments.ts';
import type { Message, Values } from '../../src/core/chat.ts';
import type { Options } from '../../src/core/command.ts';
import type { FormField } from '../../src/core/form.ts';
import { askForFile, optionForm, readOptionForm } from '../../src/core/option-form.ts';

const options = {
  picture: { type: 'attachment', description: 'The picture', required: true, accept: ['image'] },
  prompt: { type: 'string', description: 'What to change', required: true, maxLength: 6000 },
  style: { type: 'choice', description: 'How', choices: ['ink', 'oil & wax'] },
  times: { type: 'number', description: 'How many times larger', min: 0, max: 10, default: 2 },
  count: { type: 'integer', description: 'How many' },
  link: { type: 'string', description: 'Or a link', maxLength: 2000 },
  model: { type: 'string', description: 'Which model', suggest: () => [] },
  faces: { type: 'boolean', description: 'Mend faces', default: true },
  'for-me': { type: 'boolean', description: 'For me alone' },
  whose: { type: 'person', description: 'Whose' },
} as const satisfies Options;
const command = { name: 'redraw', description: 'Draw a picture anew', options };

const buttonOf = ({ buttons = [] }: Message) => buttons[0] ?? expect.fail('no button');
const argumentOf = (message: Message) => buttonOf(message).id.slice('form:redraw:'.length);
const ask = (given: Readonly<Record<string, unknown>>) => askForFile('redraw', given, 'Which?');
const reopened = (given: Readonly<Record<string, unknown>>) => optionForm(command, argumentOf(ask(given)));
const valuesOf = (fields: readonly FormField[]) =>
  Object.fromEntries(fields.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));

describe('the form', () => {
  it('has a field for each option, as it is declared', () => {
    const { id, title, fields } = optionForm(command, '');
    expect([id, title]).toEqual(['form:redraw:', 'Draw a picture anew']);
    expect(fields).toEqual([
      {
        name: 'picture',
        label: 'Picture',
        description: 'The picture',
        required: true,
        type: 'file',
        accept: ['image'],
      },
      {
        name: 'prompt',
        label: 'Prompt',
        description: 'What to change',
        required: true,
        type: 'text',
        maxLength: 4000,
      },
      {
        name: 'style',
        label: 'Style',
        description: 'How',
        required: false,
        type: 'choice',
        choices: [
          { name: 'ink', value: 'ink' },
          { name: 'oil & wax', value: 'oil & wax' },
        ],
      },
      {
        name: 'times',
        label: 'Times',
        description: 'How many times larger; from 0 to 10',
        required: false,
        type: 'line',
        value: '2',
      },
      { name: 'count', label: 'Count', description: 'How many', required: false, type: 'line' },
      {
        name: 'link',
        label: 'Link',
        description: 'Or a link',
        required: false,
        type: 'line',
        maxLength: 2000,
      },
      {
        name: 'model',
        label: 'Model',
        description: 'Which model',
        required: false,
        type: 'line',
        maxLength: 4000,
      },
      {
        name: 'faces',
        label: 'Faces',
        description: 'Mend faces',
        required: false,
        type: 'boolean',
        value: 'true',
      },
      { name: 'for-me', label: 'For me', description: 'For me alone', required: false, type: 'boolean' },
    ]);
  });

  it('keeps within what surfaces show, whatever is declared', () => {
    const long = 'long words '.repeat(9).slice(0, 95);
    const many = Array.from({ length: 26 }, (_, at) => `choice ${at}`);
    const { id, title, fields } = optionForm(
      {
        name: 'a-very-long-name-of-a-command-on',
        description: long,
        options: {
          [`option-${'x'.repeat(60)}`]: {
            type: 'integer',
            description: long,
            min: -1_000_000,
            max: 1_000_000,
          },
          many: { type: 'choice', description: long, choices: many },
          wide: { type: 'choice', description: long, choices: ['x'.repeat(101)] },
        },
      },
      '',
    );
    expect(id.length).toBeLessThanOrEqual(100);
    expect(title).toBe('/a-very-long-name-of-a-command-on');
    expect(fields.map(({ type }) => type)).toEqual(['line', 'line', 'line']);
    for (const { label, description = '' } of fields) {
      expect(label.length).toBeLessThanOrEqual(45);
      expect(description.length).toBeLessThanOrEqual(100);
    }
  });

  it('has what was given filled in, but no file', () => {
    const given = {
      prompt: 'a cat; at 50 % & "more"',
      style: 'oil & wax',
      faces: false,
      picture: { url: 'x' },
    };
    expect(valuesOf(reopened(given).fields)).toEqual({
      prompt: 'a cat; at 50 % & "more"',
      style: 'oil & wax',
      times: '2',
      faces: 'false',
    });
  });

  it.each([
    ['nothing that is no value of the option', 'times=11;count=1.5;style=chalk;faces=perhaps', {}],
    ['no option that there is not', 'constructor=1;__proto__=2;picture=x;nobody=3', {}],
    ['nothing that can’t be read', '%%%;=;;times', {}],
    ['what is right, beside it', 'times=11;count=3', { count: '3' }],
  ])('takes from an id that anybody wrote %s', (_, argument, values) => {
    const { id, fields } = optionForm(command, argument);
    expect(valuesOf(fields)).toEqual({ times: '2', faces: 'true', ...values });
    expect(id).toBe(`form:redraw:${Object.entries(values).map(([name, value]) => `${name}=${value}`)}`);
  });
});

const texts = fc.string({ unit: 'binary', maxLength: 200 });
const anyValues = fc.record(
  {
    prompt: texts,
    link: fc.string({ unit: 'binary-ascii', maxLength: 60 }),
    style: fc.constantFrom('ink', 'oil & wax'),
    times: fc.integer({ min: 0, max: 1000 }).map((hundredths) => hundredths / 100),
    count: fc.integer(),
    faces: fc.boolean(),
    'for-me': fc.boolean(),
    whose: fc.constantFrom('discord:123456789012345678', 'web:ada'),
  },
  { requiredKeys: [] },
);

describe('what was given before', () => {
  it('comes back from the button’s id, or is named; the id is never longer than a platform takes', () => {
    fc.assert(
      fc.property(anyValues, (given) => {
        const message = ask(given);
        const { id } = buttonOf(message);
        expect(id.length).toBeLessThanOrEqual(100);
        expect(id).toMatch(/^[\w:;=%+.*-]+$/);
        const named = Object.keys(given).filter((name) => message.text.includes(`\`${name}\``));
        const empty = Object.entries(given).flatMap(([name, value]) => (value === '' ? [name] : []));
        const kept = Object.entries(given).filter(([name]) => ![...named, ...empty].includes(name));
        // As it is filled in when nothing is changed in the form.
        const { fields } = optionForm(command, argumentOf(message));
        const shown = new Map(fields.map((field) => [field.name, field.value]));
        for (const [name, value] of kept.filter(([name]) => name !== 'whose'))
          expect(shown.get(name), name).toBe(String(value));
        const back = readOptionForm(command, argumentOf(message), { values: {}, files: {} }).values;
        expect(back.whose).toBe(named.includes('whose') ? undefined : given.whose);
        for (const name of named)
          if (name !== 'whose') expect([undefined, '2', 'true']).toContain(shown.get(name));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the longest behind first', () => {
    const prompt = 'x'.repeat(200);
    const link = 'https://example.com/';
    const message = ask({ times: 4, prompt, link, style: 'ink' });
    expect(message.text).toBe('Which? Too long to be kept, so please give it again in the form: `prompt`.');
    expect(valuesOf(optionForm(command, argumentOf(message)).fields)).toMatchObject({
      times: '4',
      link,
      style: 'ink',
    });
    expect(ask({ times: 4 }).text).toBe('Which?');
  });

  it('is left behind when it is no text that can be written down', () => {
    expect(ask({ prompt: 'half \ud83d', times: 3 })).toMatchObject({
      text: expect.stringMatching(/: `prompt`\.$/),
      buttons: [{ id: 'form:redraw:times=3', label: 'Choose a file' }],
    });
  });

  it('never makes anything of an id throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (argument) => {
        const { id, fields } = optionForm(command, argument);
        expect(id.length).toBeLessThanOrEqual(100);
        expect(fields).toHaveLength(9);
      }),
    );
  });
});

describe('what was filled in', () => {
  const picture = { name: 'a.png', url: 'https://x.example/a.png' };
  const read = (given: Values, values: Values) => {
    const raw = readOptionForm(command, argumentOf(ask(given)), { values, files: { picture: [picture] } });
    return parseArguments(options, raw, [picture]);
  };

  it('counts, also where it takes back what was given before', () => {
    expect(read({ prompt: 'a cat', style: 'ink', times: 4 }, { prompt: 'a dog', times: '3' })).toEqual({
      picture,
      prompt: 'a dog',
      times: 3,
    });
  });

  it('is checked like anything else', () => {
    expect(() => read({}, { prompt: 'a', times: '11' })).toThrow(
      '`times` must be a number from 0 to 10; not "11".',
    );
    expect(() => read({ prompt: 'a' }, {})).toThrow('Please give `prompt`');
  });

  it('leaves a box that nobody touched unsaid, and no word of another one', () => {
    const prompt = 'a';
    expect(read({}, { prompt, faces: true, 'for-me': false })).toEqual({ picture, prompt, faces: true });
    expect(read({}, { prompt, faces: false, 'for-me': true })).toMatchObject({
      faces: false,
      'for-me': true,
    });
    expect(read({ 'for-me': true }, { prompt, 'for-me': false })).toMatchObject({ 'for-me': false });
    expect(read({ faces: false }, { prompt, faces: false })).toMatchObject({ faces: false });
  });

  it('goes with what the form has no field for', () => {
    expect(read({ whose: 'web:ada' }, { prompt: 'a' })).toMatchObject({ whose: 'web:ada' });
    const forged = readOptionForm(command, 'whose=nobody', { values: { whose: 'web:eve' }, files: {} });
    expect(forged.values).toEqual({});
  });
});
