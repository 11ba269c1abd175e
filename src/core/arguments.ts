/** Arguments as they arrived → arguments as the command declared them. The one place where they are checked. */

import { checkValue } from './argument-value.ts';
import type { Attachment, RawArguments } from './chat.ts';
import type { Arguments, MediaKind, Options } from './command.ts';
import { UserError } from './errors.ts';
import { describeKinds } from './files/kinds.ts';
import { mediaKind } from './media-kind.ts';

export interface GivenArguments<O extends Options> {
  /** Without the missing ones. */
  readonly args: Partial<Arguments<O>>;
  /** The required options that were given nothing, in the order in which they are declared. */
  readonly missing: readonly string[];
  /** The files that came along and fit no option. */
  readonly unused: readonly Attachment[];
}

/** Like `readArguments`; throws UserError for the first missing one as well. */
export function parseArguments<O extends Options>(
  options: O,
  raw: RawArguments,
  attachments: readonly Attachment[] = [],
): Arguments<O> {
  return completeArguments(options, readArguments(options, raw, attachments));
}

/** Throws UserError that names the first missing option and what it takes. */
export function completeArguments<O extends Options>(
  options: O,
  { args, missing: [first], unused }: GivenArguments<O>,
): Arguments<O> {
  if (first !== undefined) throw new UserError(describeMissing(options, first, unused));
  return args as Arguments<O>;
}

/** `unused` are the files that came along and do not fit. */
export function describeMissing(options: Options, name: string, unused: readonly Attachment[]): string {
  const option = options[name];
  if (option?.type !== 'attachment') return `Please give \`${name}\`: ${option?.description}.`;
  const unfit = describeUnfit(unused, option.accept ?? []);
  return `${unfit}Please give a file for \`${name}\`: ${option.description}.`;
}

/** Why the first of these files is not taken, to stand before the question for another one; empty when there is none. */
export function describeUnfit([file]: readonly Attachment[], accept: readonly MediaKind[]): string {
  const kind = file && mediaKind(file);
  return kind === undefined || accept.includes(kind)
    ? ''
    : `${describeKinds(`“${file?.name}”`, kind, accept)} `;
}

/**
 * Checks and types what a person gave. Text is read like this: `--name value` (or `--name` alone for a boolean) sets an
 * option, a value with spaces stands in double quotes, and everything else, unknown `--words` included, is the first
 * option that takes text, with its line breaks and spacing as typed. An attachment option that was given no file takes the
 * first fitting one of `attachments`. Throws UserError naming the option with a wrong value and what it takes.
 */
export function readArguments<O extends Options>(
  options: O,
  raw: RawArguments,
  attachments: readonly Attachment[],
): GivenArguments<O> {
  const given = raw.form === 'typed' ? raw.values : readText(writable(options), raw.text);
  const files = raw.form === 'typed' ? (raw.files ?? {}) : {};
  const loose = attachments.filter((attachment) =>
    Object.keys(options).every((name) => files[name] !== attachment),
  );
  const parsed: Record<string, string | number | boolean | Attachment> = {};
  const missing: string[] = [];
  for (const [name, option] of Object.entries(options)) {
    if (option.type === 'attachment') {
      const file = files[name] ?? takeFitting(loose, option);
      if (file) parsed[name] = file;
      else if (option.required) missing.push(name);
      continue;
    }
    const value = given[name];
    if (value !== undefined && value !== '') parsed[name] = checkValue(name, option, value);
    else if (option.required) missing.push(name);
  }
  return { args: parsed as Partial<Arguments<O>>, missing, unused: loose };
}

type AttachmentOption = Extract<Options[string], { type: 'attachment' }>;

/** The first file of a fitting kind; one of unknown kind fits until its bytes are looked at. */
function takeFitting(loose: Attachment[], option: AttachmentOption): Attachment | undefined {
  const index = loose.findIndex((attachment) => {
    const kind = mediaKind(attachment);
    return !option.accept || kind === undefined || option.accept.includes(kind);
  });
  return index === -1 ? undefined : loose.splice(index, 1)[0];
}

/** A file cannot be written down. */
function writable(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, option]) => option.type !== 'attachment'));
}

/** Takes the known flags out of the text; the rest goes to the first option. */
function readText(options: Options, text: string): Record<string, string> {
  const values: Record<string, string> = {};
  // Phones turn two hyphens into a dash, and quotes into curly ones.
  const flag = /(^|\s)(?:--|—)([a-z][a-z0-9-]*)(?:[=\s]+("[^"]*"|“[^”]*”|(?!--|—)\S+))?/g;
  let rest = '';
  let from = 0;
  for (let match = flag.exec(text); match; match = flag.exec(text)) {
    const [whole, , name = '', value] = match;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) continue;
    rest += text.slice(from, match.index);
    from = match.index + whole.length;
    if (option.type === 'boolean' && !/^(true|false|yes|no|on|off)$/i.test(value ?? '')) {
      // A boolean flag takes no value unless it is one: what follows belongs to the text.
      values[name] = 'true';
      if (value !== undefined) from -= value.length + 1;
    } else {
      // Not as if the option were left out: a budget is not everybody's because nobody stands behind `--person`.
      if (value === undefined) throw new UserError(`\`--${name}\` wants a value: ${option.description}.`);
      values[name] = value.replace(/^["“](.*)["”]$/s, '$1');
    }
    flag.lastIndex = from;
  }
  rest = (rest + text.slice(from)).trim();
  return rest ? { ...spread(options, values, rest), ...values } : values;
}

/** The text goes whole to the first option when that takes text; else word by word to those not named by a flag. */
function spread(options: Options, values: Record<string, string>, rest: string): Record<string, string> {
  const open = Object.entries(options).filter(([name]) => values[name] === undefined);
  const [first] = open;
  if (!first) return {};
  if (first[1].type === 'string' && open.filter(([, option]) => option.required).length < 2)
    return { [first[0]]: rest };
  const words = rest.split(/\s+/);
  const spreadValues: Record<string, string> = {};
  open.forEach(([name], index) => {
    const word = index === open.length - 1 ? words.slice(index).join(' ') : words[index];
    if (word) spreadValues[name] = word;
  });
  return spreadValues;
}
