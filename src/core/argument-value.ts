/** One value as it was given → the value its option declares. */

import type { Option } from './command.ts';
import { UserError } from './errors.ts';
import { describeRange } from './models/schema.ts';

const PERSON_ID = /^(discord:\d{15,20}|slack:[A-Z0-9]+\/[A-Z0-9]+|web:\w+|key:[\w-]+)$/;
const ROLE_ID = /^(discord:\d{15,20}|slack:[A-Z0-9]+\/S[A-Z0-9]+)$/;

/** Throws UserError naming the option and what it takes. */
export function checkValue(
  name: string,
  option: Exclude<Option, { type: 'attachment' }>,
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
      const chosen = option.choices.find((choice) => choice.toLowerCase() === String(value).toLowerCase());
      if (chosen !== undefined) return chosen;
      throw new UserError(`\`${name}\` can be ${option.choices.join(', ')}; not "${value}".`);
    }
    case 'integer':
    case 'number': {
      const number = typeof value === 'number' ? value : readNumber(String(value));
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = option;
      const fits = option.type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number);
      if (fits && number >= min && number <= max) return number;
      const kind = option.type === 'integer' ? 'a whole number' : 'a number';
      throw new UserError(
        `\`${name}\` must be ${kind}${describeRange(option.min, option.max)}; not "${value}".`,
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
      if (PERSON_ID.test(id)) return id;
      throw new UserError(
        `\`${name}\` must be a person: mention them, or give an id like discord:123456789012345678.`,
      );
    }
    case 'role': {
      const id = String(value);
      if (ROLE_ID.test(id)) return id;
      throw new UserError(
        `\`${name}\` must be a role or user group: mention it, or give an id like discord:123456789012345678.`,
      );
    }
    case 'channel': {
      const id = String(value);
      if (/^((discord|slack):)?[\w./-]{1,100}$/.test(id)) return id;
      throw new UserError(`\`${name}\` must be a channel: mention it, or give its id.`);
    }
  }
}

function readNumber(text: string): number {
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN;
}
