/** A form made from a command's options, and the question for the file that a command can't do without. */

import { checkValue } from './argument-value.ts';
import type { Message, RawArguments, Values } from './chat.ts';
import type { Command, Option } from './command.ts';
import { UserError } from './errors.ts';
import { FORM_LIMITS, type Form, type FormField, type FormFields, firstFiles, fitsMenu } from './form.ts';
import { labelOf, shorten } from './models/form.ts';
import { describeRange } from './models/schema.ts';

type Declared = Pick<Command, 'name' | 'description' | 'options'>;
type ValueOption = Exclude<Option, { type: 'attachment' }>;

/** A text that may be longer is written in several lines. */
const LONGEST_LINE = 2000;

/** Whether it has a form of its options. */
export function takesFile({ options }: Pick<Command, 'options'>): boolean {
  return Object.values(options).some(({ type }) => type === 'attachment');
}

/**
 * The question to show instead of running, with the button that opens the command's form. The values given so far (by the
 * options' names; files are left out) travel in the button's id, so that any process can open the form later; the longest
 * ones are left behind where there is no room, which the message says.
 */
export function askForFile(
  command: string,
  given: Readonly<Record<string, unknown>>,
  sentence: string,
): Message {
  const { id, dropped } = encode(command, given);
  const names = dropped.map((name) => `\`${name}\``).join(', ');
  const note = names === '' ? '' : ` Too long to be kept, so please give it again in the form: ${names}.`;
  return { text: sentence + note, buttons: [{ id, label: 'Choose a file', style: 'primary' }] };
}

/**
 * The form of a command's options, but for people, roles and channels. `argument` is what stands in the id of askForFile's
 * button; it may come from anybody, and what it says is used only where it is what the option takes.
 */
export function optionForm(command: Declared, argument: string): Form {
  const given = decode(command, argument);
  const { name, description, options } = command;
  return {
    id: encode(name, given).id,
    title: description.length <= FORM_LIMITS.title ? description : shorten(`/${name}`, FORM_LIMITS.title),
    fields: Object.entries(options).flatMap(([of, option]) => fieldOf(of, option, given[of]) ?? []),
  };
}

/** What was filled into the form, and what was given before for options that it does not show. */
export function readOptionForm(
  command: Declared,
  argument: string,
  filled: FormFields,
): Extract<RawArguments, { form: 'typed' }> {
  const fields = new Map(optionForm(command, argument).fields.map((field) => [field.name, field]));
  const unseen = Object.entries(decode(command, argument)).filter(([name]) => !fields.has(name));
  const seen = Object.entries(filled.values).filter(([name, value]) => {
    const field = fields.get(name);
    // A box that began empty, since nobody said anything, and still is says nothing.
    return field && !(field.type === 'boolean' && value === false && field.value === undefined);
  });
  return {
    form: 'typed',
    values: Object.fromEntries([...unseen, ...seen]),
    files: firstFiles(filled.files),
  };
}

function fieldOf(name: string, option: Option, given: Values[string] | undefined): FormField | undefined {
  const type = fieldType(option);
  if (type === undefined) return undefined;
  const value = String(given ?? option.default ?? '');
  return {
    name,
    label: labelOf(name),
    description: describe(option),
    required: option.required ?? false,
    type,
    ...(type === 'choice' && option.type === 'choice' && { choices: choicesOf(option) }),
    ...(option.type === 'string' && { maxLength: Math.min(option.maxLength ?? Infinity, FORM_LIMITS.text) }),
    ...(option.type === 'attachment' && option.accept && { accept: option.accept }),
    ...(value !== '' && type !== 'file' && { value }),
  };
}

function fieldType(option: Option): FormField['type'] | undefined {
  switch (option.type) {
    case 'string':
      return option.suggest || (option.maxLength ?? Infinity) <= LONGEST_LINE ? 'line' : 'text';
    case 'choice':
      return fitsMenu(choicesOf(option)) ? 'choice' : 'line';
    case 'integer':
    case 'number':
      return 'line';
    case 'boolean':
      return 'boolean';
    case 'attachment':
      return 'file';
    case 'person':
    case 'role':
    case 'channel':
      return undefined;
  }
}

function choicesOf({ choices }: { readonly choices: readonly string[] }): NonNullable<FormField['choices']> {
  return choices.map((choice) => ({ name: choice, value: choice }));
}

/** With what a number may be, where there is room for it. */
function describe(option: Option): string {
  const numeric = option.type === 'integer' || option.type === 'number';
  const range = numeric ? describeRange(option.min, option.max) : '';
  const whole = range === '' ? option.description : `${option.description};${range}`;
  return whole.length <= FORM_LIMITS.description ? whole : option.description;
}

/**
 * `form:<command>:name=value;name=value`, in characters that no platform changes, and the names of what was left behind: the
 * longest ones where there is no room, and texts that are not well-formed.
 */
function encode(
  command: string,
  given: Readonly<Record<string, unknown>>,
): { readonly id: string; readonly dropped: readonly string[] } {
  const parts = Object.entries(given)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '')
    .map(([name, value]) => ({ name, text: String(new URLSearchParams({ [name]: String(value) })) }));
  const broken = parts.filter(({ name }) => /\p{Cs}/u.test(String(given[name])));
  const kept = parts.filter((part) => !broken.includes(part));
  const idOf = () => `form:${command}:${kept.map(({ text }) => text).join(';')}`;
  const dropped = [...broken];
  while (kept.length > 0 && idOf().length > FORM_LIMITS.id) {
    const longest = kept.reduce((one, other) => (other.text.length > one.text.length ? other : one));
    dropped.push(...kept.splice(kept.indexOf(longest), 1));
  }
  return { id: idOf(), dropped: dropped.map(({ name }) => name) };
}

/** Only what the options take. */
function decode({ options }: Declared, argument: string): Values {
  const written = new URLSearchParams(argument.replaceAll(';', '&'));
  const values: Record<string, Values[string]> = {};
  for (const [name, option] of Object.entries(options)) {
    const text = written.get(name);
    const value = option.type === 'attachment' || !text ? undefined : acceptable(name, option, text);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function acceptable(name: string, option: ValueOption, text: string): Values[string] | undefined {
  try {
    return checkValue(name, option, text);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
