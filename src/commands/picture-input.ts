/** What somebody wants to see, as one particular model takes it. */

import type { ModelInput, ResolvedModel } from '../core/models/prediction.ts';
import { fileInput, fileValue, inputNamed } from './model-inputs.ts';
import { shapeInput } from './picture-shape.ts';

export interface PictureWishes {
  readonly prompt: string;
  /** Like `16:9`. */
  readonly aspect?: string | undefined;
  readonly count?: number | undefined;
  readonly negative?: string | undefined;
  readonly seed?: number | undefined;
}

export interface PictureInput {
  readonly input: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly countInput?: string;
  /** Sentences about the wishes that the model can't fulfil. */
  readonly notes: readonly string[];
}

const PROMPT_INPUTS = ['prompt', 'text_prompt', 'text', 'caption', 'description'];
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
const NEGATIVE_INPUTS = ['negative_prompt', 'negative', 'neg_prompt'];
const SEED_INPUTS = ['seed', 'random_seed'];
const IMAGE_INPUTS = [
  'image',
  'input_image',
  'image_input',
  'input_images',
  'images',
  'image_prompt',
  'init_image',
  'source_image',
  'reference_image',
  'reference_images',
  'image_reference_url',
];
/** Most models draw their seeds from 32 bits, some read them as signed. */
const SEEDS = 2 ** 31;

export function pictureInput(model: ResolvedModel, label: string, wishes: PictureWishes): PictureInput {
  const notes: string[] = [];
  const shape = wishes.aspect === undefined ? { input: {} } : shapeInput(model, label, wishes.aspect);
  if (shape.note !== undefined) notes.push(shape.note);
  const counted = countInput();
  return {
    input: {
      [inputNamed(model, PROMPT_INPUTS)?.name ?? 'prompt']: wishes.prompt,
      ...shape.input,
      ...(counted.name !== undefined && { [counted.name]: counted.count }),
      ...given(NEGATIVE_INPUTS, wishes.negative, 'knows no negative prompt, so `negative` had no effect'),
      ...given(SEED_INPUTS, wishes.seed, 'takes no seed, so `seed` had no effect'),
    },
    count: counted.count,
    ...(counted.name !== undefined && { countInput: counted.name }),
    notes,
  };

  function given(
    names: readonly string[],
    value: string | number | undefined,
    without: string,
  ): Readonly<Record<string, unknown>> {
    if (value === undefined) return {};
    const input = inputNamed(model, names);
    if (input) return { [input.name]: typeof value === 'number' ? within(input, value) : value };
    notes.push(`${label} ${without}.`);
    return {};
  }

  /** Always said where it can be, so that what it costs is known. */
  function countInput(): { readonly count: number; readonly name?: string } {
    const { count = 1 } = wishes;
    const input = inputNamed(model, COUNT_INPUTS);
    if (input?.type !== 'integer') {
      if (count > 1) notes.push(`${label} makes one picture at a time, so \`count\` had no effect.`);
      return { count: 1 };
    }
    const possible = within(input, count);
    if (possible < count) notes.push(`${label} makes at most ${possible} at a time.`);
    return { count: possible, name: input.name };
  }
}

/** The input with this picture to begin from; undefined when the model begins from words alone. */
export function withPicture(
  model: ResolvedModel,
  input: PictureInput['input'],
  url: string,
): PictureInput['input'] | undefined {
  const taker = fileInput(model, IMAGE_INPUTS);
  return taker && { ...input, [taker.name]: fileValue(taker, [url]) };
}

/** The same input for another picture: `random` is from 0 to 1. */
export function withNewSeed(
  model: ResolvedModel,
  input: PictureInput['input'],
  random: number,
): PictureInput['input'] {
  const taker = inputNamed(model, SEED_INPUTS);
  return taker ? { ...input, [taker.name]: within(taker, Math.floor(random * SEEDS)) } : input;
}

/** The same input with other words. */
export function withPrompt(
  model: ResolvedModel,
  input: PictureInput['input'],
  prompt: string,
): PictureInput['input'] {
  return { ...input, [inputNamed(model, PROMPT_INPUTS)?.name ?? 'prompt']: prompt };
}

function within({ minimum, maximum }: ModelInput, value: number): number {
  return Math.max(minimum ?? value, Math.min(value, maximum ?? value));
}
