/** Commands from the configuration: a model, a description, options mapped to its inputs, a presenter. */

import type { Attachment } from '../core/chat.ts';
import { type Command, defineModelCommand, type Option, type Options, type Plan } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import { OperatorError } from '../core/errors.ts';
import type { Intake } from '../core/files/intake.ts';
import type { Models, ResolvedModel } from '../core/models/prediction.ts';
import { chooseModel } from './choose-model.ts';
import { planModelRun } from './model-run.ts';

type CommandConfig = Config['customCommands'][number];
type OptionConfig = CommandConfig['options'][string];

export interface ConfiguredOptions {
  readonly models: Pick<Models, 'resolve'>;
  readonly intake: Pick<Intake, 'forModel'>;
}

const LONGEST_TEXT = 6000;
/** Discord's. */
const LONGEST_DESCRIPTION = 100;

export function createConfiguredCommand(
  config: CommandConfig,
  { models, intake }: ConfiguredOptions,
): Command {
  const mapped = Object.entries(config.options);
  const options: Options = Object.fromEntries(mapped.map(([name, option]) => [name, declare(option)]));
  return defineModelCommand({
    name: config.name,
    description: config.description,
    access: config.access,
    options,
    async plan(args, { place }) {
      const model = chooseModel([config.model], undefined, place);
      const resolved = await models.resolve(model.ref);
      checkInputs(config, resolved);
      const given: Record<string, unknown> = { ...config.fixed };
      const files = new Map<string, readonly Attachment[]>();
      for (const [name, option] of mapped) {
        const value = args[name] ?? option.default;
        if (typeof value === 'object') files.set(option.input, [...(files.get(option.input) ?? []), value]);
        else if (value !== undefined) given[option.input] = value;
      }
      const nameOf = (input: string) => mapped.find(([, option]) => option.input === input)?.[0] ?? input;
      const plan = await planModelRun({ model, resolved, given, files, nameOf }, intake);
      const shown = { input: plan.input, cost: plan.cost, files: [...files.values()].flat() };
      return { ...plan, presenter: config.presenter, presenterOptions: presenterOptions(config, shown) };
    },
  });
}

/** Throws OperatorError when the configuration and the model's schema do not fit together. */
function checkInputs({ name, options, fixed }: CommandConfig, { ref, inputs }: ResolvedModel): void {
  if (inputs.length === 0) return;
  const set = new Set([...Object.values(options).map(({ input }) => input), ...Object.keys(fixed)]);
  const unknown = [...set].filter((input) => !inputs.some((known) => known.name === input));
  const missing = inputs.filter(
    (input) => input.required && input.default === undefined && !set.has(input.name),
  );
  const reasons = [
    ...unknown.map(
      (input) => `${ref} has no input ${input}, only ${inputs.map((known) => known.name).join(', ')}`,
    ),
    ...missing.map((input) => `${ref} needs ${input.name}: give it an option, or a value under input`),
  ];
  if (reasons.length === 0) return;
  throw new OperatorError(
    `commands.${name}: ${reasons.join('; ')}`,
    `\`/${name}\` is not set up correctly; an admin can see why in the bot's log.`,
  );
}

function declare(option: OptionConfig): Option {
  const preset = option.default === undefined ? '' : `; ${option.default} by default`;
  const fits = option.description.length + preset.length <= LONGEST_DESCRIPTION;
  const base = {
    description: fits ? `${option.description}${preset}` : option.description,
    ...(option.required && { required: true }),
  };
  switch (option.type) {
    case 'string':
      return { ...base, type: 'string', maxLength: LONGEST_TEXT };
    case 'choice':
      return { ...base, type: 'choice', choices: option.choices ?? [] };
    case 'integer':
    case 'number':
    case 'boolean':
    case 'attachment':
      return { ...base, type: option.type };
  }
}

/** What the presenters of pictures and of speech want to know. */
function presenterOptions(
  { name, options, presenter }: CommandConfig,
  { input, cost, files }: Pick<Plan, 'input' | 'cost'> & { readonly files: readonly Attachment[] },
): Readonly<Record<string, unknown>> {
  switch (presenter) {
    case 'pictures': {
      const texts = Object.values(options).filter(({ type }) => type === 'string');
      const prompt = texts.map((option) => input[option.input]).find((value) => typeof value === 'string');
      return { prompt: prompt ?? files[0]?.name ?? name, count: cost.by === 'image' ? cost.images : 1 };
    }
    case 'transcript':
      return { format: 'text', name: files[0]?.name.replace(/\.\w+$/, '') ?? name };
    case 'text':
    case 'any':
      return {};
  }
}
