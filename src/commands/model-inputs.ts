/** A model's inputs by what they mean: every model has its own names for the same things. */

import { isFile } from '../core/models/form.ts';
import type { ModelInput, ResolvedModel } from '../core/models/prediction.ts';

/** What limits the tokens of an answer. */
export const LIMIT_INPUTS = [
  'max_tokens',
  'max_new_tokens',
  'max_output_tokens',
  'max_completion_tokens',
  'max_length',
];

/** The first of these names that the model has. */
export function inputNamed(
  { inputs }: Pick<ResolvedModel, 'inputs'>,
  names: readonly string[],
): ModelInput | undefined {
  return names
    .map((name) => inputs.find((input) => input.name === name))
    .find((input) => input !== undefined && !input.deprecated);
}

/** The first of these names that takes a file, else any input that does; a list counts too. */
export function fileInput(
  model: Pick<ResolvedModel, 'inputs'>,
  names: readonly string[],
  others?: RegExp,
): ModelInput | undefined {
  const takers = model.inputs.filter(isFile);
  return inputNamed({ inputs: takers }, names) ?? takers.find(({ name }) => others?.test(name) ?? false);
}

/** One file as the input wants it: alone, or as a list. */
export function fileValue(input: ModelInput, urls: readonly string[]): string | readonly string[] {
  return input.type === 'array' ? urls : (urls[0] ?? '');
}
