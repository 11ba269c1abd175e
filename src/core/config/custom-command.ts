/** One command of the configuration's own: a model, a description, options mapped to the model's inputs. */

import { z } from 'zod';
import type { ModelConfig } from './models.ts';
import type { Fail } from './read-file.ts';

const OPTION_TYPES = ['string', 'choice', 'integer', 'number', 'boolean', 'attachment'] as const;
const PRESENTERS = ['text', 'pictures', 'transcript', 'any'] as const;

const option = z.strictObject({
  type: z.enum(OPTION_TYPES),
  description: z.string().max(100).optional(),
  required: z.boolean().optional(),
  /** The model's input that it sets; the option's own name when absent. */
  input: z.string().optional(),
  choices: z.array(z.string()).nonempty().optional(),
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
  const options = Object.entries(file.options).map(([key, given]) => {
    if ((given.type === 'choice') !== (given.choices !== undefined)) {
      throw fail(['options', key], 'choices belong to an option of type choice, which needs them');
    }
    const config: CustomOptionConfig = {
      type: given.type,
      description: given.description ?? key,
      required: given.required ?? false,
      input: given.input ?? key,
      ...(given.choices && { choices: given.choices }),
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
