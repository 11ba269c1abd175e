/** A form made from a model's inputs: what can be filled in for them on every surface. */

import type { Choice } from '../chat.ts';
import { FORM_LIMITS, type FormField, fitsMenu } from '../form.ts';
import { readValue } from './input-values.ts';
import type { ModelInput } from './prediction.ts';
import { describeAllowed } from './schema.ts';

/** The name of the one field for a model that tells nothing of its inputs. */
export const UNKNOWN_INPUTS = 'inputs';

const { label: LABEL, description: DESCRIPTION, text: TEXT } = FORM_LIMITS;
/** Texts that people write more than a line of. */
const LONG_TEXT = /prompt|text|lyrics|message|question|caption|script|instruction/i;

/**
 * The required inputs first, then by the model's own order. Secrets and what is deprecated are left out. A field's first
 * value is always one that its schema accepts.
 */
export function formFields(inputs: readonly ModelInput[]): readonly FormField[] {
  if (inputs.length === 0) {
    return [
      {
        name: UNKNOWN_INPUTS,
        label: 'Inputs',
        description: 'This model publishes no schema. Write name=value, or JSON.',
        required: false,
        type: 'text',
        maxLength: TEXT,
      },
    ];
  }
  return inputs
    .filter((input) => input.format !== 'password' && !input.deprecated)
    .map(formField)
    .sort((a, b) => Number(b.required) - Number(a.required));
}

function formField(input: ModelInput): FormField {
  const type = fieldType(input);
  const value = firstValue(input, type);
  return {
    name: input.name,
    label: labelOf(input.name),
    description: describe(input, type),
    required: input.required && input.default === undefined,
    type,
    ...(type === 'choice' && { choices: choicesOf(input) }),
    ...(value !== undefined && { value }),
    ...((type === 'line' || type === 'text') && { maxLength: maxLengthOf(input) }),
    ...(type === 'file' && input.type === 'array' && { maxFiles: maxFilesOf(input) }),
  };
}

/** Of lists and numbers it is the list's entries and no text that the schema's length limits. */
function maxLengthOf(input: ModelInput): number {
  if (input.type !== 'string' || input.enum) return TEXT;
  return Math.min(TEXT, Math.max(1, input.maxLength ?? TEXT));
}

/** A list that says nothing takes as many as there is room for. */
function maxFilesOf({ maxLength = FORM_LIMITS.files }: ModelInput): number {
  return Math.max(1, Math.min(maxLength, FORM_LIMITS.files));
}

function fieldType(input: ModelInput): FormField['type'] {
  if (input.enum) return input.type !== 'array' && fitsMenu(choicesOf(input)) ? 'choice' : 'line';
  if (isFile(input)) return 'file';
  switch (input.type) {
    case 'boolean':
      return 'boolean';
    case 'integer':
    case 'number':
      return 'line';
    case 'string': {
      const long = typeof input.default === 'string' && /.{60}|\n/s.test(input.default);
      return long || LONG_TEXT.test(input.name) ? 'text' : 'line';
    }
    case 'array':
    case 'object':
    case 'unknown':
      return 'text';
  }
}

/** An input that takes a file, or a list of them. */
export function isFile(input: ModelInput): boolean {
  return input.format === 'uri' || (input.type === 'array' && input.items?.format === 'uri');
}

/** No menu can hold an empty value, and none takes two that look the same. */
function choicesOf(input: ModelInput): Choice[] {
  const values = [...new Set((input.enum ?? []).map(String))].filter((value) => value !== '');
  return values.map((value) => ({ name: value, value }));
}

/** A default that the model's own schema would refuse is not put into anybody's mouth. */
function firstValue(input: ModelInput, type: FormField['type']): string | undefined {
  const { default: value } = input;
  if (type === 'file' || value === undefined || readValue(input, value) === undefined) return undefined;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text === '' || text === '[]' || text === '{}' || text.length > maxLengthOf(input) ? undefined : text;
}

/** A name in words, to stand at a field. */
export function labelOf(name: string): string {
  const words = name.replaceAll(/[_-]/g, ' ').trim() || name;
  return shorten(words.charAt(0).toUpperCase() + words.slice(1), LABEL);
}

/** What is allowed where the field does not show it by itself, after as much of the description as there is room for. */
function describe(input: ModelInput, type: FormField['type']): string {
  const shown = type === 'choice' || type === 'boolean' || type === 'file';
  const bounded = /\d|one of|list|object/.test(describeAllowed(input));
  const allowed = shown || !bounded ? '' : shorten(describeAllowed(input), DESCRIPTION);
  const said = (input.description ?? '').replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  const room = DESCRIPTION - (allowed === '' ? 0 : allowed.length + 2);
  const short = room >= 12 ? shorten(said, room) : '';
  const parts = [short, allowed].filter((part) => part !== '');
  return parts.join('; ') || shorten(describeAllowed(input), DESCRIPTION);
}

/** Never half a character. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
