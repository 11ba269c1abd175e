/** Inputs written as text: `prompt="a cat" width=1024 tags=["a","b"] --seed 7`, or one JSON object. */

import { UserError } from '../errors.ts';
import { type InputValues, parseJson } from './input-values.ts';
import type { ModelInput } from './prediction.ts';

/** `name=`, or as an option of a command is written: `--name`. */
const NAME = '(?:\\w+=|--[A-Za-z][\\w-]*(?:=|(?=\\s|$)))';
const FIRST_NAME = new RegExp(`(?:^|\\s)(?=${NAME})`);
const NAMED = new RegExp(`^${NAME}`);
const NEXT_NAME = new RegExp(`(?<=\\s)(?=${NAME})`);
/** What follows a value in quotes or brackets. */
const VALUE_ENDS = new RegExp(`^[\\s,]*$|^[\\s,]+${NAME}`);
/** Nobody writes by hand what takes longer to read. */
const MOST_BRACKETS = 1000;
const CLOSING: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '„': '“', '«': '»' };

/**
 * The values by name, still as texts where there is a schema to type them by: a value stands in quotes, is JSON in brackets, or reaches to the next name. What
 * stands before the first name is the model's main text. Throws UserError when it can't be read.
 */
export function readInputText(text: string, inputs: readonly ModelInput[]): InputValues {
  const source = text.trim();
  if (source.startsWith('{')) return readObject(source);
  const values: Record<string, string> = {};
  const first = FIRST_NAME.exec(source);
  const before = source.slice(0, first?.index ?? source.length).trim();
  if (before !== '') values[mainText(inputs, before)] = before;
  let rest = first ? source.slice(first.index).trim() : '';
  for (let named = NAMED.exec(rest); named; named = NAMED.exec(rest)) {
    const [written] = named;
    const after = rest.slice(written.length);
    const name = written.replace(/^--|=$/g, '').replaceAll('-', '_');
    if (Object.hasOwn(values, name)) throw new UserError(`\`${name}\` is given twice.`);
    const { value, length } = readPiece(after);
    values[name] = value;
    rest = after.slice(length).replace(/^[\s,]+/, '');
  }
  return inputs.length === 0 ? guessed(values) : values;
}

interface Piece {
  readonly value: string;
  /** Characters of the source that it took. */
  readonly length: number;
}

/** Nothing, when the next name follows at once. */
function readPiece(after: string): Piece {
  const text = after.trimStart();
  const blank = after.length - text.length;
  if (blank > 0 && NAMED.test(text)) return { value: '', length: blank };
  const { value, length } = readQuoted(text) ?? readBracketed(text) ?? readBare(text);
  return { value, length: blank + length };
}

function readObject(source: string): InputValues {
  try {
    const parsed: unknown = JSON.parse(source);
    if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  } catch {
    // Said below.
  }
  throw new UserError(
    'The inputs begin like JSON but are not valid JSON. Write them as `name=value` instead?',
  );
}

/** A quote that is not closed at the value's end is a part of the text. */
function readQuoted(text: string): Piece | undefined {
  const close = CLOSING[text[0] ?? ''];
  if (close === undefined) return undefined;
  for (let index = 1; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === close && VALUE_ENDS.test(text.slice(index + 1))) {
      return { value: unescaped(text.slice(1, index)), length: index + 1 };
    }
  }
  return undefined;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
}

/** A list or an object: up to the bracket with which it becomes valid JSON. */
function readBracketed(text: string): Piece | undefined {
  const close = text.startsWith('[') ? ']' : text.startsWith('{') ? '}' : undefined;
  if (close === undefined) return undefined;
  let end = text.indexOf(close);
  for (let tried = 0; end !== -1 && tried < MOST_BRACKETS; end = text.indexOf(close, end + 1), tried++) {
    const value = text.slice(0, end + 1);
    if (VALUE_ENDS.test(text.slice(end + 1)) && isJson(value)) return { value, length: end + 1 };
  }
  return undefined;
}

function isJson(text: string): boolean {
  return parseJson(text) !== undefined;
}

/** Without a schema `4` is most likely a number and `cat` a text. */
function guessed(values: Readonly<Record<string, string>>): InputValues {
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, parseJson(text) ?? text]));
}

function readBare(text: string): Piece {
  const next = NEXT_NAME.exec(text);
  const end = next?.index ?? text.length;
  return { value: text.slice(0, end).trim(), length: end };
}

/** The input that text without a name is for: a required text, else the one that models call so. */
function mainText(inputs: readonly ModelInput[], text: string): string {
  const texts = inputs.filter((input) => input.type === 'string' && !input.enum && !input.format);
  const main =
    texts.find((input) => input.required) ??
    texts.find((input) => ['prompt', 'text', 'message', 'question', 'input'].includes(input.name)) ??
    (inputs.length === 0 ? { name: 'prompt' } : undefined);
  if (main) return main.name;
  throw new UserError(
    `Which input is "${text.slice(0, 60)}"? Write \`name=value\`: this model takes ${inputs.map((input) => input.name).join(', ')}.`,
  );
}
