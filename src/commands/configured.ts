/** Commands from the configuration: a model, a description, options mapped to its inputs, a presenter. */

import type { Attachment } from '../core/chat.ts';
import { type Command, defineModelCommand, type Option, type Options } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import { UserError } from '../core/errors.ts';
import { isFile } from '../core/models/form.ts';
import type { ResolvedModel } from '../core/models/prediction.ts';
import type { Plan, PlanCost } from '../core/plan.ts';
import { againFor, type FollowUpInput, textFollowUps } from './follow-ups.ts';
import { ANY_FILE, type ModelRun, type ModelRuns } from './model-run.ts';
import { HIDDEN_TOKENS } from './question-input.ts';
import { transcriptWishes } from './speech-input.ts';

type CommandConfig = Config['customCommands'][number];
type OptionConfig = CommandConfig['options'][string];

export interface ConfiguredOptions {
  readonly modelRuns: ModelRuns;
  readonly followUpInput: FollowUpInput;
}

const LONGEST_TEXT = 6000;
/** Discord's. */
const LONGEST_DESCRIPTION = 100;

export function createConfiguredCommand(
  config: CommandConfig,
  { modelRuns, followUpInput }: ConfiguredOptions,
): Command {
  const mapped = Object.entries(config.options);
  const options: Options = Object.fromEntries(mapped.map(([name, option]) => [name, declare(option)]));
  return defineModelCommand({
    name: config.name,
    description: config.description,
    access: config.access,
    options,
    async plan(args, { place, attachments }) {
      const chosen = await modelRuns.choose([config.model], undefined, place);
      const given: Record<string, unknown> = { ...config.fixed };
      const files = new Map<string, readonly Attachment[]>();
      for (const [name, option] of mapped) {
        const value = args[name] ?? option.default;
        if (typeof value === 'object') files.set(option.input, [...(files.get(option.input) ?? []), value]);
        else if (value !== undefined) given[option.input] = value;
      }
      const spare = attachments.find((file) => ![...files.values()].flat().includes(file));
      if (spare) throw new UserError(`There is no place for “${spare.name}” in \`/${config.name}\`.`);
      const accept = new Map(mapped.map(([, option]) => [option.input, option.accept ?? ANY_FILE]));
      const mapping = { command: config.name, options: optionNames(config) };
      const hiddenTokens = hiddenIn(config, chosen.resolved);
      const { plan } = await modelRuns.plan({ ...chosen, given, files, accept, mapping, ...hiddenTokens });
      const shown = { input: plan.input, cost: plan.cost, files: [...files.values()].flat() };
      return {
        ...plan,
        ...presentation(config.presenter, plan.cost, chosen.resolved),
        presenterOptions: presenterOptions(config, shown),
      };
    },

    async followUp(name, run, { place }) {
      const chosen = await modelRuns.choose([config.model], undefined, place);
      const asked = await followUpInput(name, run, chosen.resolved);
      const { plan } = await modelRuns.plan({ ...chosen, ...asked, ...hiddenIn(config, chosen.resolved) });
      const { presenterOptions = {} } = run.plan;
      return { ...plan, ...presentation(config.presenter, plan.cost, chosen.resolved), presenterOptions };
    },
  });
}

/** Where its files can be nothing but pictures, they count like those of a question. */
function hiddenIn({ options }: CommandConfig, { inputs }: ResolvedModel): Pick<ModelRun, 'hiddenTokens'> {
  const files = new Set(inputs.filter(isFile).map(({ name }) => name));
  const pictures = Object.values(options)
    .filter(({ type, input }) => type === 'attachment' || files.has(input))
    .every(({ accept }) => accept?.every((kind) => kind === 'image'));
  return pictures ? { hiddenTokens: HIDDEN_TOKENS } : {};
}

/** By the inputs' names. */
function optionNames({ options }: CommandConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(options).map(([name, { input }]) => [input, name]));
}

/** As the built-in commands do it with such answers. */
function presentation(
  presenter: CommandConfig['presenter'],
  cost: PlanCost,
  model: ResolvedModel,
): Pick<Plan, 'presenter' | 'followUps'> {
  switch (presenter) {
    case 'text':
      return { presenter, followUps: textFollowUps(model) };
    case 'pictures':
    case 'any':
      return { presenter, followUps: againFor(cost) };
    case 'transcript':
      return { presenter };
  }
}

function declare(option: OptionConfig): Option {
  const preset = option.default === undefined ? '' : `; ${option.default} by default`;
  const fits = option.description.length + preset.length <= LONGEST_DESCRIPTION;
  const base = {
    description: fits ? `${option.description}${preset}` : option.description,
    ...(option.required && { required: true }),
    ...(option.default !== undefined && { default: option.default }),
  };
  switch (option.type) {
    case 'string':
      return { ...base, type: 'string', maxLength: LONGEST_TEXT };
    case 'choice':
      return { ...base, type: 'choice', choices: option.choices ?? [] };
    case 'integer':
    case 'number': {
      const { type, min, max } = option;
      return { ...base, type, ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
    }
    case 'boolean':
      return { ...base, type: 'boolean' };
    case 'attachment':
      return { ...base, type: 'attachment', ...(option.accept && { accept: option.accept }) };
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
      return { ...transcriptWishes(input), name: files[0]?.name.replace(/\.\w+$/, '') ?? name };
    case 'text':
    case 'any':
      return {};
  }
}
