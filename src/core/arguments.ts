/** Arguments as they arrived → arguments as the command declared them. The one place where they are checked. */

import type { RawArguments } from './chat.ts';
import type { Arguments, Option, Options } from './command.ts';
import { UserError } from './errors.ts';

/**
 * Checks and types what a person gave. Text is read like this: `--name value` (or `--name` alone for a boolean) sets an
 * option, a value with spaces stands in double quotes, and everything else, unknown `--words` included, is the first
 * option that takes text, with its line breaks and spacing as typed. Throws UserError naming the option and what it takes.
 */
export function parseArguments<O extends Options>(options: O, raw: RawArguments): Arguments<O> {
  const given = raw.form === 'typed' ? raw.values : readText(options, raw.text);
  const parsed: Record<string, string | number | boolean | undefined> = {};
  for (const [name, option] of Object.entries(options)) {
    const value = given[name];
    if (value === undefined || value === '') {
      if (option.required) throw new UserError(`Please give \`${name}\`: ${option.description}.`);
      parsed[name] = undefined;
    } else {
      parsed[name] = checkValue(name, option, value);
    }
  }
  return parsed as Arguments<O>;
}

function checkValue(
  name: string,
  option: Option,
  value: string | number | boolean,
): string | number | boolean {
  switch (option.type) {
    case 'string': {
      const text = String(value);
      if (option.maxLength !== undefined && text.length > option.maxLength) {
        throw new UserError(
          `\`${name}\` may have ${option.maxLength} characters at most; yours has ${text.length}.`,
        );
      }
      return text;
    }
    case 'choice': {
      const chosen = option.choices.find((choice) => choice === String(value).toLowerCase());
      if (chosen !== undefined) return chosen;
      throw new UserError(`\`${name}\` can be ${option.choices.join(', ')}; not "${value}".`);
    }
    case 'integer': {
      const number =
        typeof value === 'number' ? value : /^-?\d{1,15}$/.test(String(value)) ? Number(value) : Number.NaN;
      const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = option;
      if (Number.isInteger(number) && number >= min && number <= max) return number;
      throw new UserError(
        `\`${name}\` must be a whole number${rangeOf(option.min, option.max)}; not "${value}".`,
      );
    }
    case 'boolean': {
      const text = String(value).toLowerCase();
      if (['true', 'yes', 'on'].includes(text)) return true;
      if (['false', 'no', 'off'].includes(text)) return false;
      throw new UserError(`\`${name}\` must be yes or no; not "${value}".`);
    }
    case 'person': {
      const id = String(value);
      if (/^(discord:\d{15,20}|slack:[A-Z0-9]+\/[A-Z0-9]+|web:\w+)$/.test(id)) return id;
      throw new UserError(
        `\`${name}\` must be a person: mention them, or give an id like discord:123456789012345678.`,
      );
    }
  }
}

function rangeOf(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max !== undefined ? ` of at most ${max}` : '';
}

/** Takes the known flags out of the text; the rest goes to the first option. */
function readText(options: Options, text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const flag = /(^|\s)--([a-z][a-z-]*)(?:[=\s]+("[^"]*"|(?!--)\S+))?/g;
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
      values[name] = (value ?? '').replace(/^"(.*)"$/s, '$1');
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
