/** What somebody wants to see, as one particular model takes it. */

import type { InputValues } from '../core/models/input-values.ts';
import type { ResolvedModel } from '../core/models/prediction.ts';
import { COUNT_INPUTS, fileInput, fileValue, inputNamed, SEED_INPUTS, within } from './model-inputs.ts';
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
  readonly input: InputValues;
  /** Which option set an input. */
  readonly options?: Readonly<Record<string, string>>;
  readonly count: number;
  /** Sentences about the wishes that the model can't fulfil. */
  readonly notes: readonly string[];
}

const PROMPT_INPUTS = ['prompt', 'text_prompt', 'text', 'caption', 'description'];
const NEGATIVE_INPUTS = ['negative_prompt', 'negative', 'neg_prompt'];
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

export function pictureInput(model: ResolvedModel, label: string, wishes: PictureWishes): PictureInput {
  const notes: string[] = [];
  const shape = wishes.aspect === undefined ? { input: {} } : shapeInput(model, label, wishes.aspect);
  if (shape.note !== undefined) notes.push(shape.note);
  const counted = countInput();
  const parts: Readonly<Record<string, InputValues>> = {
    prompt: { [inputNamed(model, PROMPT_INPUTS)?.name ?? 'prompt']: wishes.prompt },
    aspect: shape.input,
    count: counted.name === undefined ? {} : { [counted.name]: counted.count },
    negative: given(
      NEGATIVE_INPUTS,
      wishes.negative,
      'knows no negative prompt, so `negative` had no effect',
    ),
    seed: given(SEED_INPUTS, wishes.seed, 'takes no seed, so `seed` had no effect'),
  };
  const set = Object.entries(parts).flatMap(([option, input]) =>
    Object.keys(input).map((name) => [name, option] as const),
  );
  return {
    input: Object.assign({}, ...Object.values(parts)),
    options: Object.fromEntries(set),
    count: counted.count,
    notes,
  };

  function given(names: readonly string[], value: string | number | undefined, without: string): InputValues {
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
export function withPicture(model: ResolvedModel, input: InputValues, url: string): InputValues | undefined {
  const taker = fileInput(model, IMAGE_INPUTS);
  return taker && { ...input, [taker.name]: fileValue(taker, [url]) };
}

/** The same input with other words. */
export function withPrompt(model: ResolvedModel, input: InputValues, prompt: string): InputValues {
  return { ...input, [inputNamed(model, PROMPT_INPUTS)?.name ?? 'prompt']: prompt };
}
