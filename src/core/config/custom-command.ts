/** One command of the configuration's own: a model, a description, options mapped to the model's inputs. */

import { z } from 'zod';
import { checkValue } from '../argument-value.ts';
import type { MediaKind } from '../command.ts';
import { UserError } from '../errors.ts';
import type { ModelConfig } from './models.ts';
import type { Fail } from './read-file.ts';

const OPTION_TYPES = ['string', 'choice', 'integer', 'number', 'boolean', 'attachment'] as const;
const MEDIA_KINDS = ['image', 'audio', 'video', 'text'] as const satisfies readonly MediaKind[];
const PRESENTERS = ['text', 'pictures', 'transcript', 'any'] as const;

/** Discord's limits. */
const MOST_OPTIONS = 25;
const LONGEST_CHOICE = 100;

const option = z.strictObject({
  type: z.enum(OPTION_TYPES),
  description: z.string().min(1).max(100).optional(),
  required: z.boolean().optional(),
  /** The model's input that it sets; the option's own name when absent. */
  input: z.string().optional(),
  choices: z.array(z.string().min(1).max(LONGEST_CHOICE)).nonempty().optional(),
  /** Of a number. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** Of an attachment; any file when absent. */
  accept: z.array(z.enum(MEDIA_KINDS)).nonempty().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
});

export const customCommandSchema = z.strictObject({
  description: z.string().min(1).max(100),
  model: z.string(),
  admins: z.boolean().optional(),
  presenter: z.enum(PRESENTERS).optional(),
  options: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be lower case, like scale'), option),
  /** Inputs that are always the same. */
  input: z.record(z.string(), z.unknown()).optional(),
});

export interface CustomOptionConfig {
  readonly type: (typeof OPTION_TYPES)[number];
  readonly description: string;
  readonly required: boolean;
  readonly input: string;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly accept?: readonly MediaKind[];
  readonly default?: string | number | boolean;
}

export interface CustomCommandConfig {
  readonly name: string;
  readonly description: string;
  readonly model: ModelConfig;
  readonly access: 'everyone' | 'admins';
  readonly presenter: (typeof PRESENTERS)[number];
  /** In the order of the file. */
  readonly options: Readonly<Record<string, CustomOptionConfig>>;
  readonly fixed: Readonly<Record<string, unknown>>;
}

export function readCustomCommand(
  name: string,
  file: z.output<typeof customCommandSchema>,
  modelNamed: (name: string) => ModelConfig,
  fail: Fail,
): CustomCommandConfig {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) {
    throw fail([], 'a command is named in lower case letters, digits and hyphens, like upscale');
  }
  if (Object.keys(file.options).length > MOST_OPTIONS) {
    throw fail(['options'], `a command has at most ${MOST_OPTIONS} options`);
  }
  const options = Object.entries(file.options).map(([key, given]) => {
    if ((given.type === 'choice') !== (given.choices !== undefined)) {
      throw fail(['options', key], 'choices belong to an option of type choice, which needs them');
    }
    const failHere = (message: string) => fail(['options', key], message);
    checkBounds(given, failHere);
    checkDefault(given, failHere);
    const config: CustomOptionConfig = {
      type: given.type,
      description: given.description ?? key,
      required: given.required ?? false,
      input: given.input ?? key,
      ...(given.choices && { choices: given.choices }),
      ...(given.min !== undefined && { min: given.min }),
      ...(given.max !== undefined && { max: given.max }),
      ...(given.accept && { accept: given.accept }),
      ...(given.default !== undefined && { default: given.default }),
    };
    return [key, config] as const;
  });
  return {
    name,
    description: file.description,
    model: modelNamed(file.model),
    access: file.admins ? 'admins' : 'everyone',
    presenter: file.presenter ?? 'any',
    options: Object.fromEntries(options),
    fixed: file.input ?? {},
  };
}

function checkBounds(
  { type, min, max, accept }: z.output<typeof option>,
  fail: (message: string) => Error,
): void {
  const bounded = min !== undefined || max !== undefined;
  if (bounded && type !== 'integer' && type !== 'number')
    throw fail('min and max belong to an option of type integer or number');
  if (type === 'integer' && [min, max].some((bound) => bound !== undefined && !Number.isSafeInteger(bound)))
    throw fail('min and max of an integer are whole numbers');
  if (min !== undefined && max !== undefined && min > max) throw fail('min is above max');
  if (accept && type !== 'attachment') throw fail('accept belongs to an option of type attachment');
}

/** Nobody who leaves the option out is to be told that what they did not give is wrong. */
function checkDefault(
  { type, min, max, choices = [], default: preset }: z.output<typeof option>,
  fail: (message: string) => Error,
): void {
  if (new Set(choices).size < choices.length) throw fail('choices holds one twice');
  if (preset === undefined) return;
  if (type === 'attachment') throw fail('an attachment has no default');
  const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  try {
    checkValue('default', { type, description: '', choices, ...bounds }, preset);
  } catch (error) {
    throw error instanceof UserError ? fail(error.message.replaceAll('`', '')) : error;
  }
}
