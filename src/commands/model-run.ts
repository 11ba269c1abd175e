/** What every command about any model is made of: values and files for its inputs → a plan that says what it can cost. */

import { planCost } from '../core/budget/plan-cost.ts';
import type { Attachment } from '../core/chat.ts';
import type { Plan, PlanCost } from '../core/command.ts';
import type { ModelConfig } from '../core/config/config.ts';
import { UserError } from '../core/errors.ts';
import type { Intake, ModelFile } from '../core/files/intake.ts';
import type { FileKind } from '../core/files/sniff.ts';
import { isFile } from '../core/models/form.ts';
import { type InputValues, readInputValues } from '../core/models/input-values.ts';
import type { ModelInput, ResolvedModel } from '../core/models/prediction.ts';
import { fileValue, inputNamed, LIMIT_INPUTS } from './model-inputs.ts';
import { COUNT_INPUTS } from './picture-input.ts';

export type PayableModel = Pick<
  ModelConfig,
  'name' | 'ref' | 'price' | 'maxSeconds' | 'typicalSeconds' | 'maxOutputTokens'
>;

export interface ModelRun {
  readonly model: PayableModel;
  readonly resolved: ResolvedModel;
  /** By the inputs' names; texts are typed by the schema. */
  readonly given: InputValues;
  /** By the inputs' names. */
  readonly files: ReadonlyMap<string, readonly Attachment[]>;
  /** What people call an input; by its own name when absent. */
  readonly nameOf?: (input: string) => string;
}

/** What a chat template adds. */
const TEMPLATE_TOKENS = 100;
const ACCEPTED: readonly FileKind[] = ['image', 'audio', 'video', 'text', 'document', 'unknown'];

/** Checks everything before it uploads anything. Throws UserError that names every wrong input. */
export async function planModelRun(
  { model, resolved, given, files, nameOf }: ModelRun,
  intake: Pick<Intake, 'forModel'>,
): Promise<Pick<Plan, 'label' | 'model' | 'input' | 'cost'>> {
  const values = readInputValues(resolved.inputs, given, new Set(files.keys()), nameOf);
  const taken = new Map<string, readonly ModelFile[]>();
  for (const [name, attachments] of files) {
    taken.set(name, await Promise.all(attachments.map((file) => intake.forModel(file, ACCEPTED))));
  }
  const uploaded = [...taken].map(([name, list]) => {
    const urls = list.map((file) => file.url);
    const input = resolved.inputs.find((known) => known.name === name);
    return [name, input ? fileValue(input, urls) : urls[0]] as const;
  });
  const input = { ...values, ...Object.fromEntries(uploaded) };
  const { cost, bounds } = costOf(model, resolved, input, [...taken.values()].flat());
  return { label: model.name, model: resolved.ref, input: { ...input, ...bounds }, cost };
}

interface Bounded {
  readonly cost: PlanCost;
  /** Inputs without which nothing would bound the cost. */
  readonly bounds: InputValues;
}

function costOf(
  model: PayableModel,
  resolved: ResolvedModel,
  input: InputValues,
  files: readonly ModelFile[],
): Bounded {
  const { price, name, maxSeconds, typicalSeconds } = model;
  const time = { deadlineSeconds: maxSeconds, typicalSeconds };
  switch (price.by) {
    case 'free':
    case 'second':
      return { cost: planCost(price, time, name), bounds: {} };
    case 'token': {
      const links = resolved.inputs.filter(isFile).flatMap((taker) => input[taker.name] ?? []);
      if (files.length > 0 || links.length > 0) {
        throw new UserError(
          `${name} is paid by the token, and nobody can say beforehand how many a file has. Please give it text only.`,
        );
      }
      const limit = inputNamed(resolved, LIMIT_INPUTS);
      const wanted = numberIn(input, limit) ?? model.maxOutputTokens;
      const maxOutputTokens = Math.min(wanted, limit?.maximum ?? wanted);
      const text = {
        inputTokens: mostTokens(resolved, input),
        maxOutputTokens,
        ...(limit && { limitInput: limit.name }),
      };
      return {
        cost: planCost(price, { ...time, text }, name),
        bounds: limit ? { [limit.name]: maxOutputTokens } : {},
      };
    }
    case 'image': {
      const counted = inputNamed(resolved, COUNT_INPUTS);
      const preset = typeof counted?.default === 'number' ? counted.default : 1;
      const count = numberIn(input, counted) ?? preset;
      const pictures = { count, ...(counted && { countInput: counted.name }) };
      return {
        cost: planCost(price, { ...time, pictures }, name),
        bounds: counted ? { [counted.name]: count } : {},
      };
    }
    case 'audio-second':
      return { cost: planCost(price, { ...time, audioSeconds: mostSeconds(files, name) }, name), bounds: {} };
  }
}

/** Of all recordings together. */
function mostSeconds(files: readonly ModelFile[], name: string): number {
  const sounds = files.filter(({ type }) => type.kind === 'audio' || type.kind === 'video');
  const lengths = sounds.flatMap(({ length }) => length?.atMostSeconds ?? []);
  if (sounds.length > 0 && lengths.length === sounds.length)
    return lengths.reduce((sum, seconds) => sum + seconds, 0);
  throw new UserError(
    `${name} is paid by the length of the sound, and that can’t be told here. Attach the recording itself.`,
  );
}

/** Every token is at least one byte, also of what the model adds by default and of its chat template. */
function mostTokens({ inputs }: ResolvedModel, input: InputValues): number {
  const defaults = Object.fromEntries(inputs.map(({ name, default: value }) => [name, value]));
  return Buffer.byteLength(JSON.stringify({ ...defaults, ...input })) + TEMPLATE_TOKENS;
}

function numberIn(input: InputValues, of: ModelInput | undefined): number | undefined {
  const value = of && input[of.name];
  return typeof value === 'number' ? value : undefined;
}
