/** The `commands:` section: which models the built-in commands use, and commands made from a model and a description. */

import { z } from 'zod';
import type { Price } from '../models/prices.ts';
import { type CustomCommandConfig, customCommandSchema, readCustomCommand } from './custom-command.ts';
import type { ModelConfig } from './models.ts';
import { parsePrice } from './price.ts';
import type { Fail } from './read-file.ts';

const choice = { model: z.string().optional(), models: z.array(z.string()).nonempty().optional() };

const ask = z.strictObject({
  ...choice,
  system: z.string().optional(),
  /** How long a conversation is remembered after its last answer. */
  'memory-hours': z.number().nonnegative().optional(),
});

const imagine = z.strictObject(choice);

const transcribe = z.strictObject({
  ...choice,
  /** Says the length and the cost of a longer recording, and asks, before it runs. */
  'ask-above-minutes': z.number().nonnegative().optional(),
});

const run = z.strictObject({
  /** What a model without a known price is taken to run on: its cost is bounded by it. */
  hardware: z.string().optional(),
  'max-seconds': z.number().int().min(5).max(1800).optional(),
});

export const guardSchema = z.strictObject({
  model: z.string(),
  commands: z.array(z.string()).nonempty().optional(),
});

export const commandsSchema = z
  .object({
    ask: ask.optional(),
    imagine: imagine.optional(),
    transcribe: transcribe.optional(),
    run: run.optional(),
  })
  .catchall(customCommandSchema);

/** Of the built-in commands those that run a model. */
const BUILT_IN = Object.keys(commandsSchema.shape);

/** Throws what `fail` makes of a name that no command has which runs a model: a guard or a limit set over it does nothing. */
export function checkCommandName(
  name: string,
  commands: z.output<typeof commandsSchema> | undefined,
  fail: (message: string) => Error,
): void {
  const names = [...new Set([...BUILT_IN, ...Object.keys(commands ?? {})])];
  if (!names.includes(name)) {
    throw fail(`there is no command named ${name} that runs a model; there is ${names.join(', ')}`);
  }
}

/** The first one answers unless another is named. */
export type ModelChoice = readonly [ModelConfig, ...ModelConfig[]];

export interface CommandsConfig {
  readonly ask: { readonly models: ModelChoice; readonly system: string; readonly memoryMs: number };
  readonly imagine: { readonly models: ModelChoice };
  readonly transcribe: { readonly models: ModelChoice; readonly askAboveSeconds: number };
  /** What bounds a model whose price is not known; without it such a model can't be run. */
  readonly run: { readonly fallback?: { readonly price: Price; readonly maxSeconds: number } };
  /** Judges prompts before the named commands run. */
  readonly guard?: { readonly model: ModelConfig; readonly commands: readonly string[] };
  readonly customCommands: readonly CustomCommandConfig[];
}

export function readCommands(
  file: z.output<typeof commandsSchema>,
  guard: z.output<typeof guardSchema> | undefined,
  models: ReadonlyMap<string, ModelConfig>,
  fail: Fail,
): CommandsConfig {
  const { ask, imagine, transcribe, run, ...custom } = file;
  const fallback = readFallback();
  for (const [index, name] of (guard?.commands ?? []).entries()) {
    checkCommandName(name, file, (message) => fail(['guard', 'commands', index], message));
  }
  return {
    ask: {
      models: chosen('ask', ask, 'llama'),
      system: ask?.system ?? 'Answer briefly and helpfully. Use Markdown.',
      memoryMs: (ask?.['memory-hours'] ?? 24) * 3_600_000,
    },
    imagine: { models: chosen('imagine', imagine, 'sdxl') },
    transcribe: {
      models: chosen('transcribe', transcribe, 'whisper'),
      askAboveSeconds: (transcribe?.['ask-above-minutes'] ?? 10) * 60,
    },
    run: { ...(fallback && { fallback }) },
    ...(guard && {
      guard: {
        model: modelNamed(guard.model, ['guard', 'model']),
        commands: guard.commands ?? ['ask', 'imagine'],
      },
    }),
    customCommands: Object.entries(custom).map(([name, command]) =>
      readCustomCommand(
        name,
        command,
        (model) => modelNamed(model, ['commands', name, 'model']),
        (path, message) => fail(['commands', name, ...path], message),
      ),
    ),
  };

  function modelNamed(name: string, path: readonly string[]): ModelConfig {
    const model = models.get(name);
    if (model) return model;
    throw fail(path, `there is no model named ${name} under models`);
  }

  function chosen(
    command: string,
    given: { model?: string | undefined; models?: readonly string[] | undefined } | undefined,
    standard: string,
  ): ModelChoice {
    const first = given?.model ?? given?.models?.[0] ?? standard;
    const path = given?.model === undefined && given?.models ? 'models' : 'model';
    const others = [...new Set(given?.models ?? [])].filter((name) => name !== first);
    return [
      modelNamed(first, ['commands', command, path]),
      ...others.map((name) => modelNamed(name, ['commands', command, 'models'])),
    ];
  }

  function readFallback(): CommandsConfig['run']['fallback'] {
    if (run?.hardware === undefined) {
      if (run?.['max-seconds'] === undefined) return undefined;
      throw fail(['commands', 'run', 'max-seconds'], 'needs hardware beside it');
    }
    const price = parsePrice({ hardware: run.hardware }, '', (message) =>
      fail(['commands', 'run', 'hardware'], message),
    );
    return { price, maxSeconds: run['max-seconds'] ?? 300 };
  }
}
