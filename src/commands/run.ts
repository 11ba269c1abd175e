/** `/run`: any model on Replicate by its name, with a form made from its schema, or with its inputs as text. */

import type { AllowedModels } from '../core/allowed-models.ts';
import type { Attachment, Choice } from '../core/chat.ts';
import { type Command, type CommandContext, defineModelCommand } from '../core/command.ts';
import { formFields, UNKNOWN_INPUTS } from '../core/models/form.ts';
import { readInputText } from '../core/models/input-text.ts';
import type { InputValues } from '../core/models/input-values.ts';
import type { ModelInput } from '../core/models/prediction.ts';
import type { SearchModels } from '../core/models/search.ts';
import type { Plan } from '../core/plan.ts';
import { againFor, type FollowUpInput } from './follow-ups.ts';
import type { ModelRuns, PlannedRun } from './model-run.ts';
import { placeFiles } from './place-files.ts';
import type { FindRunnable } from './run-model.ts';
import { formId, offerForm } from './run-offer.ts';

export interface RunOptions {
  readonly find: FindRunnable;
  readonly search: SearchModels;
  readonly allowed: Pick<AllowedModels, 'list'>;
  readonly modelRuns: Pick<ModelRuns, 'plan'>;
  readonly followUpInput: FollowUpInput;
}

/** As much as the page and programs may send; Discord takes 6,000 characters. */
const LONGEST_INPUTS = 100_000;
/** Discord's limit. */
const LONGEST_TITLE = 45;

export function createRun({ find, search, allowed, modelRuns, followUpInput }: RunOptions): Command {
  return defineModelCommand({
    name: 'run',
    description: 'Run any model on Replicate by its name',
    access: 'everyone',
    options: {
      model: {
        type: 'string',
        description: 'owner/name; type some words to find one',
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
        ? new Map(Object.entries(fields.files))
        : placeFiles(resolved.inputs, filesOf(file, context), new Set(Object.keys(given)));
      const { plan } = await modelRuns.plan({ model: payable, resolved, given, files });
      return { ...shown(plan), read: Object.values(plan.input).filter(isText).join('\n\n') };
    },

    async followUp(name, run, context) {
      const { model: resolved, payable } = await find(run.plan.model, context);
      const asked = await followUpInput(name, run, resolved);
      const { plan } = await modelRuns.plan({ model: payable, resolved, ...asked });
      return shown(plan);
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

function shown(plan: PlannedRun['plan']): Plan {
  return { ...plan, presenter: 'any', followUps: againFor(plan.cost) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
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
