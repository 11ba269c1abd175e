/** `/run`: any model on Replicate by its name, with a form made from its schema, or with its inputs as text. */

import type { AllowedModels } from '../core/allowed-models.ts';
import { formatUsd } from '../core/budget/money.ts';
import { costRange, planCost } from '../core/budget/plan-cost.ts';
import type { Attachment, Choice, Message } from '../core/chat.ts';
import { type Command, type CommandContext, defineModelCommand } from '../core/command.ts';
import type { Intake } from '../core/files/intake.ts';
import { formFields, UNKNOWN_INPUTS } from '../core/models/form.ts';
import { readInputText } from '../core/models/input-text.ts';
import type { InputValues } from '../core/models/input-values.ts';
import type { ModelInput } from '../core/models/prediction.ts';
import { describeAllowed } from '../core/models/schema.ts';
import type { SearchModels } from '../core/models/search.ts';
import { describePrice } from './describe-price.ts';
import { planModelRun } from './model-run.ts';
import { placeFiles } from './place-files.ts';
import type { FindRunnable, RunnableModel } from './run-model.ts';

export interface RunOptions {
  readonly find: FindRunnable;
  readonly search: SearchModels;
  readonly allowed: Pick<AllowedModels, 'list'>;
  readonly intake: Pick<Intake, 'forModel'>;
}

const LONGEST_INPUTS = 6000;
/** Discord's limits for a button's id and a dialog's title. */
const LONGEST_ID = 100;
const LONGEST_TITLE = 45;
const MOST_LISTED = 30;
/** Of what is allowed, and of a default. */
const LONGEST_PART = 120;

export function createRun({ find, search, allowed, intake }: RunOptions): Command {
  return defineModelCommand({
    name: 'run',
    description: 'Run any model on Replicate by its name',
    access: 'everyone',
    options: {
      model: {
        type: 'string',
        description: 'owner/name, or words to search for',
        required: true,
        maxLength: LONGEST_INPUTS,
        suggest,
      },
      inputs: {
        type: 'string',
        description: 'Like prompt="a cat" width=1024, or JSON; a form asks for them when left out',
        maxLength: LONGEST_INPUTS,
      },
      file: { type: 'attachment', description: 'A file for the model to work on' },
    },

    async askBack({ model, inputs, file }, context) {
      const { name, text } = readWords(model, inputs);
      if (context.fields || text !== '' || filesOf(file, context).length > 0) return undefined;
      return offerForm(await find(name, context));
    },

    async plan({ model, inputs, file }, context) {
      const { fields } = context;
      const { name, text } = readWords(model, inputs);
      const { model: resolved, payable } = await find(fields?.argument ?? name, context);
      const given = fields
        ? readFields(fields.values, resolved.inputs)
        : readInputText(text, resolved.inputs);
      const files = fields
        ? new Map(Object.entries(fields.files).map(([of, attachment]) => [of, [attachment]] as const))
        : placeFiles(resolved.inputs, filesOf(file, context), new Set(Object.keys(given)));
      const plan = await planModelRun({ model: payable, resolved, given, files }, intake);
      return { ...plan, presenter: 'any' };
    },

    async form(argument, context) {
      const { name, model } = await find(argument, context);
      return { id: formId(name), title: name.slice(0, LONGEST_TITLE), fields: formFields(model.inputs) };
    },
  });

  /** What everybody may run goes first; Replicate's own finds follow. */
  async function suggest(typed: string): Promise<readonly Choice[]> {
    const open = (await allowed.list()).filter(({ name }) => name.includes(typed.trim().toLowerCase()));
    const mine = open.map(({ name }) => ({ name, value: name }));
    const found = await search(typed);
    return [...mine, ...found.filter(({ value }) => !open.some(({ name }) => name === value))];
  }
}

/** In a line of text the inputs follow the model's name. */
function readWords(model: string, inputs = ''): { readonly name: string; readonly text: string } {
  const [, name = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(model.trim()) ?? [];
  return { name, text: `${rest} ${inputs}`.trim() };
}

/** Those that came with the request, each once. */
function filesOf(file: Attachment | undefined, { attachments }: CommandContext): readonly Attachment[] {
  return [...new Set([...(file ? [file] : []), ...attachments])];
}

function readFields(values: InputValues, inputs: readonly ModelInput[]): InputValues {
  return inputs.length === 0 ? readInputText(String(values[UNKNOWN_INPUTS] ?? ''), inputs) : values;
}

function formId(name: string): string {
  return `form:run:${name}`;
}

/** What it is, what it can cost, what it takes, and the button to fill it in. */
function offerForm({ name, model, payable }: RunnableModel): Message {
  const id = formId(name);
  const fits = id.length <= LONGEST_ID;
  const offered = model.inputs.filter((input) => !input.deprecated && input.format !== 'password');
  const lines = offered.slice(0, MOST_LISTED).map((input) => `- ${describeInput(input)}`);
  const more = offered.length > MOST_LISTED ? [`- and ${offered.length - MOST_LISTED} more`] : [];
  const example = offered.find((input) => input.required)?.name ?? offered[0]?.name ?? 'prompt';
  const how = `${fits ? 'Fill in its inputs with the button, or write' : 'Write'} them: \`/run ${name} ${example}="…"\`.`;
  return {
    text: [`**${payable.name}**: ${describeCost(payable)}.`, how, [...lines, ...more].join('\n')]
      .filter((part) => part !== '')
      .join('\n\n'),
    ...(fits && { buttons: [{ id, label: 'Fill in', style: 'primary' as const }] }),
  };
}

function describeCost({ price, maxSeconds, typicalSeconds, name }: RunnableModel['payable']): string {
  if (price.by !== 'second') return describePrice(price);
  const cost = planCost(price, { deadlineSeconds: maxSeconds, typicalSeconds }, name);
  return `${describePrice(price)}, at most ${formatUsd(costRange(cost).ceilingMicroUsd)}`;
}

function describeInput(input: ModelInput): string {
  const { name, required, default: preset } = input;
  const shown = typeof preset === 'object' ? JSON.stringify(preset) : String(preset);
  const otherwise = preset === undefined || preset === '' ? '' : `; ${shorten(shown)} if left out`;
  return `\`${name}\`${required ? ' (required)' : ''}: ${shorten(describeAllowed(input))}${otherwise}`;
}

function shorten(text: string): string {
  return text.length > LONGEST_PART
    ? `${text.slice(0, LONGEST_PART).replace(/[\uD800-\uDBFF]$/, '')}…`
    : text;
}
