/** What is checked of a model's inputs, against twenty recorded schemas and a judge of its own. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { formFields } from '../../../src/core/models/form.ts';
import { readInputText } from '../../../src/core/models/input-text.ts';
import { readInputValues } from '../../../src/core/models/input-values.ts';
import type { ModelInput } from '../../../src/core/models/prediction.ts';
import { readInputs } from '../../../src/core/models/schema.ts';
import { fittingInput, recordedSchemas } from './recorded-schemas.ts';

const schemaOf = (name: string) => {
  const found = recordedSchemas.find((schema) => schema.name === name);
  if (!found) throw new Error(`no schema ${name}`);
  return found;
};

/** What somebody may type into any field. */
const anyText = fc.oneof(
  fc.constantFrom(
    '',
    'yes',
    '-1',
    '0',
    '3',
    '5',
    '10',
    '0.5',
    '1e3',
    'null',
    '[]',
    '{}',
    '["a"]',
    '[1]',
    'small',
    'ink',
  ),
  fc.constantFrom(
    'https://example.com/a.png',
    'data:image/png;base64,AAAA',
    'ftp://example.com',
    'a,b',
    'a\nb',
  ),
  fc.string({ unit: 'grapheme' }),
  fc.double().map(String),
);

describe.each(recordedSchemas)('the schema $name', ({ inputs, violations }) => {
  it('accepts whatever the form accepts; what the form refuses names its field', () => {
    const fields = formFields(inputs);
    const filled = fc.record(
      Object.fromEntries(
        fields.map((field) => {
          const choices = field.choices?.map(({ value }) => value) ?? [];
          const likely = [...choices, ...(field.value === undefined ? [] : [field.value])];
          const value = field.type === 'file' ? fc.webUrl() : fc.oneof(anyText, ...likely.map(fc.constant));
          return [field.name, field.type === 'boolean' ? fc.oneof(fc.boolean(), anyText) : value];
        }),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(filled, (values) => {
        try {
          expect(violations(readInputValues(inputs, values))).toEqual([]);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          expect(inputs.some((input) => error.message.includes(`\`${input.name}\``))).toBe(true);
        }
      }),
    );
  });

  it('names the one field that is wrong', () => {
    const fields = inputs.filter((input) => input.format !== 'password');
    fc.assert(
      fc.property(fittingInput(inputs), fc.nat(), fc.oneof(anyText, fc.jsonValue()), (good, index, value) => {
        const field = fields[index % Math.max(1, fields.length)]?.name;
        if (field === undefined) return;
        try {
          expect(violations(readInputValues(inputs, { ...good, [field]: value }))).toEqual([]);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          expect(error.message.split('`')[1]).toBe(field);
        }
      }),
    );
  });

  it('accepts the form as it opens, with the required fields filled in', () => {
    const opened = Object.fromEntries(
      formFields(inputs).flatMap((field) => (field.value === undefined ? [] : [[field.name, field.value]])),
    );
    const required = inputs.filter((input) => input.required);
    fc.assert(
      fc.property(fittingInput(required), (given) => {
        expect(violations(readInputValues(inputs, { ...opened, ...given }))).toEqual([]);
      }),
    );
  });

  it('reads back as typed text what fits it', () => {
    fc.assert(
      fc.property(fittingInput(inputs), fc.boolean(), (input, asJson) => {
        expect(violations(input)).toEqual([]);
        const text = asJson ? JSON.stringify(input) : writeText(input);
        // Text knows no -0, and neither does JSON.
        expect(readInputValues(inputs, readInputText(text, inputs))).toEqual(
          JSON.parse(JSON.stringify(input)),
        );
      }),
    );
  });
});

/** As a careful person would. */
function writeText(input: Readonly<Record<string, unknown>>): string {
  return Object.entries(input)
    .map(([name, value]) => {
      if (typeof value === 'object') return `${name}=${JSON.stringify(value)}`;
      if (typeof value !== 'string') return `${name}=${value}`;
      return `${name}="${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
    })
    .join(' ');
}

describe('the sentences', () => {
  const refused = (schema: string, given: Record<string, unknown>) => () =>
    readInputValues(schemaOf(schema).inputs, given);

  it.each([
    ['picture', { num_outputs: '5' }, '`num_outputs` must be a whole number from 1 to 4; not "5".'],
    ['picture', { num_outputs: '1.5' }, '`num_outputs` must be a whole number from 1 to 4; not "1.5".'],
    ['picture', { guidance_scale: 'much' }, '`guidance_scale` must be a number from 1 to 50; not "much".'],
    [
      'picture',
      { scheduler: 'EULER' },
      '`scheduler` must be one of DDIM, DPMSolverMultistep, K_EULER; not "EULER".',
    ],
    ['picture', { image: 'cat.png' }, '`image` must be a link to a file; not "cat.png".'],
    ['picture', { apply_watermark: 'perhaps' }, '`apply_watermark` must be true or false; not "perhaps".'],
    ['speech', { text: '' }, '`text` must be a text of 1 to 5000 characters; not "".'],
    ['speech', {}, 'Please give `text`: a text of 1 to 5000 characters.'],
    [
      'many-pictures',
      { prompt: 'p', references: '[]' },
      '`references` must be a list of links to files of 1 to 3 entries; not "[]".',
    ],
    ['objects', { workflow: '[1]' }, '`workflow` must be a JSON object; not "[1]".'],
    [
      'secret',
      { repository: 'r', access_token: 't' },
      '`access_token` is a secret: it would be stored here, so it is not taken.',
    ],
  ])('%s %j is answered with: %s', (schema, given, sentence) => {
    expect(refused(schema, given)).toThrow(new UserError(sentence));
  });

  it.each([
    [
      'many-pictures',
      { prompt: 'p' },
      'references',
      4,
      'a list of links to files of 1 to 3 entries; not 4 files.',
    ],
    ['picture', {}, 'image', 2, 'a link to a file; not 2 files.'],
  ])('of %s %j say when there are too many files for `%s`: %i', (schema, given, name, count, sentence) => {
    const { inputs } = schemaOf(schema);
    const read = (files: number) =>
      readInputValues(inputs, given, new Map([[name, Array.from({ length: files }, (_, at) => at)]]));
    expect(() => read(count)).toThrow(new UserError(`\`${name}\` must be ${sentence}`));
    expect(read(1)).toEqual(given);
    expect(readInputValues(inputs, given, new Set([name]))).toEqual(given);
  });

  it('name every wrong input at once, and the ones there are for an unknown one', () => {
    expect(refused('enlarging', { scale: '11', fase_enhance: 'yes' })).toThrow(
      new UserError(
        'This model has no input "fase_enhance". It takes `image`, `scale`, `face_enhance`.\n' +
          'Please give `image`: a link to a file.\n' +
          '`scale` must be a number from 0 to 10; not "11".',
      ),
    );
  });

  it('say of a model that cannot do without a secret that it is not taken', () => {
    const [secret] = schemaOf('secret').inputs.filter((input) => input.format === 'password');
    if (!secret) throw new Error('no secret');
    expect(() => readInputValues([{ ...secret, required: true }], {})).toThrow('`access_token` is a secret');
    expect(readInputValues(schemaOf('secret').inputs, { repository: 'r' })).toEqual({ repository: 'r' });
  });

  it.each([
    { type: 'integer' as const },
    { type: 'boolean' as const },
    { type: 'string' as const },
    { type: 'string' as const, enum: ['a'] },
  ])('refuse an object for %j, whatever it says of itself', (shape) => {
    const inputs = [{ name: 'value', required: true, ...shape }];
    expect(() => readInputValues(inputs, { value: { toString: [] } })).toThrow(UserError);
  });

  it('count a file that comes beside the values as given', () => {
    const { inputs } = schemaOf('enlarging');
    expect(readInputValues(inputs, { scale: '2' }, new Set(['image']))).toEqual({ scale: 2 });
  });
});

describe('inputs as text', () => {
  const { inputs } = schemaOf('chat');
  const read = (text: string, of: readonly ModelInput[] = inputs) => readInputText(text, of);

  it('takes a value up to the next name', () => {
    expect(read('prompt=a cat on a roof max_tokens=20\ntemperature=0.5')).toEqual({
      prompt: 'a cat on a roof',
      max_tokens: '20',
      temperature: '0.5',
    });
  });

  it('takes what is written like an option of a command', () => {
    expect(read('--max-tokens 20 --temperature=0.5 --prompt "no --seed 1"')).toEqual({
      max_tokens: '20',
      temperature: '0.5',
      prompt: 'no --seed 1',
    });
    expect(read('--prompt --seed 1 temperature= top_p=')).toEqual({
      prompt: '',
      seed: '1',
      temperature: '',
      top_p: '',
    });
    expect(read('a cat -- or two --seed 7')).toEqual({ prompt: 'a cat -- or two', seed: '7' });
  });

  it('takes what stands before the first name as the main text', () => {
    expect(read('a cat, 1 = one max_tokens=20')).toEqual({ prompt: 'a cat, 1 = one', max_tokens: '20' });
    expect(read('"a cat"')).toEqual({ prompt: '"a cat"' });
    expect(() => read('a cat', schemaOf('enlarging').inputs)).toThrow('Which input is "a cat"?');
  });

  it('leaves names in quotes, in lists and in links alone', () => {
    expect(read(`prompt="say x=1" system_prompt=“be y=2” seed=3`)).toEqual({
      prompt: 'say x=1',
      system_prompt: 'be y=2',
      seed: '3',
    });
    expect(read('references=["https://a.b/?x=1 y=2", "]"] prompt=https://a.b/?x=1')).toEqual({
      references: '["https://a.b/?x=1 y=2", "]"]',
      prompt: 'https://a.b/?x=1',
    });
  });

  it('keeps quotes that belong to the text', () => {
    expect(read(`prompt=it's a "cat" seed=3`)).toEqual({ prompt: `it's a "cat"`, seed: '3' });
    expect(read(`prompt="Hi", she said. seed=3`)).toEqual({ prompt: '"Hi", she said.', seed: '3' });
    expect(read(`prompt='tis seed=1`)).toEqual({ prompt: "'tis", seed: '1' });
  });

  it('is not held up by long and odd text', () => {
    const long = 100_000;
    const odd = [
      ' '.repeat(long),
      '['.repeat(long),
      '"'.repeat(long),
      `["${'] a= '.repeat(long / 5)}`,
      '1'.repeat(long),
    ];
    for (const text of odd) expect(() => readInputValues(inputs, read(`seed=${text}x`))).toThrow(UserError);
    const names = Array.from({ length: long / 10 }, (_, index) => `n${index}=1`).join(' ');
    expect(Object.keys(read(names))).toHaveLength(long / 10);
  });

  it('refuses what is given twice and JSON that is none', () => {
    expect(() => read('seed=1 seed=2')).toThrow('`seed` is given twice.');
    expect(() => read('{"prompt": }')).toThrow('not valid JSON');
  });
});

it('reads a schema that refers to itself, and one of the wrong kind', () => {
  const node = { type: 'array', items: { $ref: '#/components/schemas/node' } };
  const input = { properties: { tree: { $ref: '#/components/schemas/node' }, odd: 3 } };
  expect(readInputs({ components: { schemas: { Input: input, node } } })).toMatchObject([
    { name: 'tree', type: 'array' },
    { name: 'odd', type: 'unknown' },
  ]);
});
