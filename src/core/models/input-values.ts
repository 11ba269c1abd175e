/** What people gave for a model's inputs → the input as the model's schema wants it, checked before anything is paid. */

import { UserError } from '../errors.ts';
import type { ModelInput, ValueShape } from './prediction.ts';
import { describeAllowed } from './schema.ts';

export type InputValues = Readonly<Record<string, unknown>>;

/** More would be read by nobody. */
const MOST_PROBLEMS = 5;
const LONGEST_QUOTE = 60;

/**
 * Types the given values, texts included, by the model's schema. `files` names inputs that get files beside these values; with
 * the files themselves, their number is checked too. `nameOf` says what people call an input. What the result holds the schema
 * accepts, but for patterns, which are a stranger's regular expressions and left to Replicate. A model without a schema takes
 * everything as it is. Throws UserError that names every wrong input and what it allows.
 */
export function readInputValues(
  inputs: readonly ModelInput[],
  given: InputValues,
  files: ReadonlySet<string> | ReadonlyMap<string, readonly unknown[]> = new Set(),
  nameOf: (input: string) => string = (input) => input,
): InputValues {
  if (inputs.length === 0) return given;
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const name of [...Object.keys(given), ...files.keys()]) {
    if (!inputs.some((input) => input.name === name)) problems.push(describeUnknown(name, inputs));
  }
  for (const input of inputs) {
    const name = nameOf(input.name);
    const value = (Object.hasOwn(given, input.name) ? given[input.name] : undefined) ?? undefined;
    const missing = value === undefined && input.required && input.default === undefined;
    if (input.format === 'password') {
      if (value !== undefined || missing)
        problems.push(`\`${name}\` is a secret: it would be stored here, so it is not taken.`);
    } else if (missing && !files.has(input.name)) {
      problems.push(`Please give \`${name}\`: ${describeAllowed(input)}.`);
    } else if (value !== undefined) {
      const read = readValue(input, value);
      if (read === undefined)
        problems.push(`\`${name}\` must be ${describeAllowed(input)}; not ${quote(value)}.`);
      else values[input.name] = read;
    }
    const count = files instanceof Map ? files.get(input.name)?.length : undefined;
    if (count !== undefined && !takesFiles(input, count))
      problems.push(`\`${name}\` must be ${describeAllowed(input)}; not ${count} files.`);
  }
  if (problems.length > 0) throw new UserError(problems.slice(0, MOST_PROBLEMS).join('\n'));
  return values;
}

function takesFiles({ type, minLength = 0, maxLength = Infinity }: ModelInput, count: number): boolean {
  return type === 'array' ? count >= minLength && count <= maxLength : count === 1;
}

/** The value as the shape wants it; undefined when it is none. */
export function readValue(shape: ValueShape, value: unknown): unknown {
  // An object says of itself as a text whatever its sender wants, or throws.
  const text = typeof value === 'object' ? undefined : String(value);
  if (shape.enum) return text === undefined ? undefined : chooseFrom(shape.enum, text);
  switch (shape.type) {
    case 'string':
      return text === undefined ? undefined : readText(shape, text);
    case 'integer':
    case 'number':
      return text === undefined ? undefined : readNumber(shape, text);
    case 'boolean':
      return text === undefined ? undefined : readBoolean(text);
    case 'array':
      return readList(shape, value);
    case 'object': {
      const object = typeof value === 'string' ? parseJson(value) : value;
      return typeof object === 'object' && object !== null && !Array.isArray(object) ? object : undefined;
    }
    case 'unknown':
      return typeof value === 'string' && /^\s*[[{]/.test(value) ? (parseJson(value) ?? value) : value;
  }
}

/** Exactly so, else in whatever case. */
function chooseFrom(choices: readonly unknown[], text: string): unknown {
  return (
    choices.find((choice) => String(choice) === text) ??
    choices.find((choice) => String(choice).toLowerCase() === text.toLowerCase())
  );
}

function readText({ format, minLength = 0, maxLength = Infinity }: ValueShape, text: string): unknown {
  if (format === 'uri') return isLink(text.trim()) ? text.trim() : undefined;
  // JSON Schema counts characters, not UTF-16 units.
  const length = [...text].length;
  return length >= minLength && length <= maxLength ? text : undefined;
}

function isLink(text: string): boolean {
  return /^(https?:\/\/|data:)\S+$/i.test(text) && URL.canParse(text);
}

function readNumber(
  { type, minimum = -Infinity, maximum = Infinity }: ValueShape,
  text: string,
): number | undefined {
  const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  const fits = type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number);
  return fits && number >= minimum && number <= maximum ? number : undefined;
}

function readBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(word)) return true;
  return ['false', 'no', 'off', '0'].includes(word) ? false : undefined;
}

/** JSON, or one entry a line, or entries with commas between them. */
function readList(shape: ValueShape, value: unknown): unknown {
  const { items = { type: 'unknown' }, minLength = 0, maxLength = Infinity } = shape;
  const entries = Array.isArray(value) ? value : typeof value === 'string' ? splitList(value) : [value];
  if (entries.length < minLength || entries.length > maxLength) return undefined;
  const read = entries.map((entry) => readValue(items, entry));
  return read.includes(undefined) ? undefined : read;
}

function splitList(text: string): readonly unknown[] {
  const parsed = /^\s*\[/.test(text) ? parseJson(text) : undefined;
  if (Array.isArray(parsed)) return parsed;
  // A data URI holds a comma of its own.
  const separator = text.trim().includes('\n') ? /\n/ : /^\s*data:/i.test(text) ? /\s+/ : /,/;
  return text
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeUnknown(name: string, inputs: readonly ModelInput[]): string {
  const names = inputs.filter((input) => !input.deprecated).map((input) => `\`${input.name}\``);
  return `This model has no input ${quote(name)}. It takes ${names.join(', ')}.`;
}

function quote(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return `"${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE - 1)}…` : text}"`;
}
