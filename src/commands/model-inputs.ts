/** A model's inputs by what they mean: every model has its own names for the same things. */

import { isFile } from '../core/models/form.ts';
import type { InputValues } from '../core/models/input-values.ts';
import type { ModelInput, ResolvedModel } from '../core/models/prediction.ts';

type Inputs = Pick<ResolvedModel, 'inputs'>;

/** What limits the tokens of an answer. */
export const LIMIT_INPUTS = [
  'max_tokens',
  'max_new_tokens',
  'max_output_tokens',
  'max_completion_tokens',
  'max_length',
];
/** How many pictures are made. */
export const COUNT_INPUTS = [
  'num_outputs',
  'number_of_images',
  'num_images',
  'number_of_outputs',
  'num_images_per_prompt',
  'image_count',
  'count',
  'n',
  'max_images',
  'batch_size',
];
export const SEED_INPUTS = ['seed', 'random_seed'];
/** Most models draw their seeds from 32 bits, some read them as signed. */
const SEEDS = 2 ** 31;

/** The first of these names that the model has. */
export function inputNamed({ inputs }: Inputs, names: readonly string[]): ModelInput | undefined {
  return names
    .map((name) => inputs.find((input) => input.name === name))
    .find((input) => input !== undefined && !input.deprecated);
}

/** The first of these names that takes a file, else any input that does; a list counts too. */
export function fileInput(model: Inputs, names: readonly string[], others?: RegExp): ModelInput | undefined {
  const takers = model.inputs.filter(isFile);
  return inputNamed({ inputs: takers }, names) ?? takers.find(({ name }) => others?.test(name) ?? false);
}

/** One file as the input wants it: alone, or as a list. */
export function fileValue(input: ModelInput, urls: readonly string[]): string | readonly string[] {
  return input.type === 'array' ? urls : (urls[0] ?? '');
}

/** The nearest number that the input takes. */
export function within({ minimum, maximum }: ModelInput, value: number): number {
  return Math.max(minimum ?? value, Math.min(value, maximum ?? value));
}

/** The input that limits an answer's tokens, set to what the model's configuration says, where the model has one. */
export function limited(model: Inputs, maxOutputTokens: number): InputValues {
  const limit = inputNamed(model, LIMIT_INPUTS);
  return limit ? { [limit.name]: within(limit, maxOutputTokens) } : {};
}

/** The same input for another answer: `random` is from 0 to 1. */
export function withNewSeed(model: Inputs, input: InputValues, random: number): InputValues {
  const taker = inputNamed(model, SEED_INPUTS);
  return taker ? { ...input, [taker.name]: within(taker, Math.floor(random * SEEDS)) } : input;
}
