/** What a run can cost at most, and usually: by its model's price and what goes into it. */

import { planCost } from '../core/budget/plan-cost.ts';
import type { ModelConfig } from '../core/config/config.ts';
import { UserError } from '../core/errors.ts';
import type { ModelFile } from '../core/files/intake.ts';
import { isFile } from '../core/models/form.ts';
import type { InputValues } from '../core/models/input-values.ts';
import type { ModelInput, ResolvedModel } from '../core/models/prediction.ts';
import type { PlanCost } from '../core/plan.ts';
import { COUNT_INPUTS, inputNamed, LIMIT_INPUTS } from './model-inputs.ts';

export type PayableModel = Pick<
  ModelConfig,
  'name' | 'ref' | 'price' | 'maxSeconds' | 'typicalSeconds' | 'maxOutputTokens'
>;

/** Upper bounds of what no text shows. */
export interface HiddenTokens {
  readonly template: number;
  /** Absent: a model that is paid by the token takes no files. */
  readonly perFile?: number;
}

export interface BoundedCost {
  readonly cost: PlanCost;
  /** Inputs without which nothing would bound the cost. */
  readonly bounds: InputValues;
}

export interface SoundOfFiles {
  readonly seconds: number;
  /** An upper bound. */
  readonly atMostSeconds: number;
  /** Told by every file's own contents, not by its size. */
  readonly measured: boolean;
  readonly files: number;
}

/** Models that listen are about this many times faster than sound. */
const SPEED = 10;

/** How long a model is likely to listen. */
export function listeningSeconds({ seconds }: SoundOfFiles): number {
  return seconds / SPEED;
}

/** Throws UserError where what was given is nothing that the model's price could be applied to. */
export function runCost(
  model: PayableModel,
  resolved: ResolvedModel,
  input: InputValues,
  sound: SoundOfFiles | undefined,
  hidden: HiddenTokens,
): BoundedCost {
  const { price, name, maxSeconds } = model;
  const time = {
    deadlineSeconds: maxSeconds,
    typicalSeconds: Math.max(model.typicalSeconds, sound ? listeningSeconds(sound) : 0),
  };
  switch (price.by) {
    case 'free':
    case 'second':
      return { cost: planCost(price, time, name), bounds: {} };
    case 'token': {
      const limit = inputNamed(resolved, LIMIT_INPUTS);
      const wanted = numberIn(input, limit) ?? model.maxOutputTokens;
      const maxOutputTokens = Math.min(wanted, limit?.maximum ?? wanted);
      const text = {
        inputTokens: mostTokens(name, resolved, input, hidden),
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
      if (!sound) {
        throw new UserError(
          `${name} is paid by the length of the sound, and that can’t be told here. Attach the recording itself.`,
        );
      }
      return { cost: planCost(price, { ...time, audioSeconds: sound.atMostSeconds }, name), bounds: {} };
  }
}

/** Of all recordings together; undefined when there is none, or the length of one can't be told. */
export function soundOf(files: readonly ModelFile[]): SoundOfFiles | undefined {
  const sounds = files.filter(({ type }) => type.kind === 'audio' || type.kind === 'video');
  const lengths = sounds.flatMap(({ length }) => length ?? []);
  if (sounds.length === 0 || lengths.length < sounds.length) return undefined;
  return {
    seconds: lengths.reduce((sum, { seconds }) => sum + seconds, 0),
    atMostSeconds: lengths.reduce((sum, { atMostSeconds }) => sum + atMostSeconds, 0),
    measured: lengths.every(({ measured }) => measured),
    files: sounds.length,
  };
}

/** Every token is at least one byte, also of what the model adds by default. */
function mostTokens(
  name: string,
  { inputs }: ResolvedModel,
  input: InputValues,
  { template, perFile }: HiddenTokens,
): number {
  const takers = inputs.filter(isFile).map((taker) => taker.name);
  const files = takers.flatMap((taker) => input[taker] ?? []).length;
  if (files > 0 && perFile === undefined) {
    throw new UserError(
      `${name} is paid by the token, and nobody can say beforehand how many a file has. Please give it text only.`,
    );
  }
  const defaults = Object.fromEntries(inputs.map((each) => [each.name, each.default]));
  const texts = Object.entries({ ...defaults, ...input })
    .filter(([key, value]) => value !== undefined && !takers.includes(key))
    .map(([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return Buffer.byteLength(texts.join('\n')) + template + files * (perFile ?? 0);
}

function numberIn(input: InputValues, of: ModelInput | undefined): number | undefined {
  const value = of && input[of.name];
  return typeof value === 'number' ? value : undefined;
}
