/** Forms made of the recorded schemas: what a person gets to see. */

import { describe, expect, it } from 'vitest';
import { formFields } from '../../../src/core/models/form.ts';
import { recordedSchemas } from './recorded-schemas.ts';

const fieldsOf = (name: string) =>
  formFields(recordedSchemas.find((schema) => schema.name === name)?.inputs ?? []);

describe.each(recordedSchemas)('the form of $name', ({ inputs }) => {
  const fields = formFields(inputs);

  it('keeps within what Discord takes', () => {
    expect(fields.length).toBeGreaterThan(0);
    for (const field of fields) {
      expect(field.label.length, field.label).toBeLessThanOrEqual(45);
      expect(field.label).not.toBe('');
      expect(field.description?.length, field.description).toBeLessThanOrEqual(100);
      expect(field.choices === undefined, field.name).toBe(field.type !== 'choice');
      expect(field.choices?.length ?? 1).toBeLessThanOrEqual(25);
      expect(field.maxLength ?? 1).toBeLessThanOrEqual(4000);
      expect(field.maxFiles ?? 1).toBeLessThanOrEqual(10);
      expect(field.maxFiles ?? 1).toBeGreaterThanOrEqual(1);
      expect(field.value?.length ?? 0).toBeLessThanOrEqual(field.maxLength ?? 4000);
      for (const { name, value } of field.choices ?? []) {
        expect(name.length).toBeLessThanOrEqual(100);
        expect(value).not.toBe('');
      }
      if (field.choices && field.value !== undefined)
        expect(field.choices.map(({ value }) => value)).toContain(field.value);
      if (field.type === 'boolean') expect(['true', 'false', undefined]).toContain(field.value);
    }
  });

  it('asks for what is required first, and for everything that is open', () => {
    const required = fields.map((field) => field.required);
    expect(required).toEqual(required.toSorted((a, b) => Number(b) - Number(a)));
    const open = inputs.filter((input) => input.format !== 'password' && !input.deprecated);
    expect(fields.map((field) => field.name).toSorted()).toEqual(
      open.length === 0 ? ['inputs'] : open.map((input) => input.name).toSorted(),
    );
  });
});

it('shows each kind of input as what it is', () => {
  const kinds = (name: string) => Object.fromEntries(fieldsOf(name).map(({ name: of, type }) => [of, type]));
  expect(kinds('picture')).toMatchObject({
    prompt: 'text',
    image: 'file',
    width: 'line',
    scheduler: 'choice',
    apply_watermark: 'boolean',
  });
  expect(kinds('many-pictures')).toMatchObject({ references: 'file' });
  expect(kinds('objects')).toMatchObject({ workflow: 'text', pages: 'text' });
});

it('takes as many files as a list has room for, and one where there is no list', () => {
  const counts = (name: string) =>
    fieldsOf(name).flatMap(({ name: of, type, maxFiles }) => (type === 'file' ? [[of, maxFiles]] : []));
  expect(counts('many-pictures')).toEqual([
    ['references', 3],
    ['image_input', 10],
  ]);
  expect(counts('picture')[0]).toEqual(['image', undefined]);
  const image = {
    name: 'image',
    required: false,
    type: 'array',
    items: { type: 'string', format: 'uri' },
  } as const;
  const most = (maxLength?: number) =>
    formFields([{ ...image, ...(maxLength && { maxLength }) }])[0]?.maxFiles;
  expect([most(), most(4), most(50)]).toEqual([10, 4, 10]);
});

it('says what is allowed, beside as much of the description as there is room for', () => {
  const described = (schema: string, name: string) =>
    fieldsOf(schema).find((field) => field.name === name)?.description;
  expect(described('chat', 'max_tokens')).toBe(
    'The maximum number of tokens the model should generate as output; a whole number from 1 to 4096',
  );
  expect(described('long-words', 'note')).toBe('a text');
  expect(described('long-words', 'emoji')).toMatch(/^🙂+…; a text of 1 to 3 characters$/u);
  expect(described('enlarging', 'scale')).toBe('a number from 0 to 10');
  expect(described('transcription', 'language')).toMatch(/^one of auto, af, ar, .*…$/);
});

it('follows the order of the model, and hides secrets and what is deprecated', () => {
  expect(fieldsOf('unordered').map((field) => field.name)).toEqual(['zeta', 'first', 'alpha', 'omega']);
  expect(fieldsOf('secret').map((field) => field.name)).toEqual(['repository', 'revision']);
});

it('offers the default as a start, unless the schema itself would refuse it', () => {
  expect(fieldsOf('enlarging').map(({ name, value }) => [name, value])).toEqual([
    ['image', undefined],
    ['scale', '4'],
    ['face_enhance', 'false'],
  ]);
  expect(
    Object.fromEntries(fieldsOf('wrong-defaults').map(({ name, value }) => [name, value])),
  ).toMatchObject({
    steps: undefined,
    style: undefined,
    size: 'small',
  });
});
