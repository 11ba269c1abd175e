/** The shape of a picture, as a model wants to be told: a ratio, a size from a list, or width and height. */

import type { ModelInput, ResolvedModel } from '../core/models/prediction.ts';
import { inputNamed } from './model-inputs.ts';

export interface ShapeInput {
  readonly input: Readonly<Record<string, unknown>>;
  /** What had to be done differently. */
  readonly note?: string;
}

const RATIO_INPUTS = ['aspect_ratio', 'aspect', 'ratio', 'size', 'image_size', 'resolution'];
/** Models that take any width want it in such steps, and say so in prose only. */
const STEP = 64;
const USUAL_SIDE = 1024;

/** `aspect` is like `16:9`. */
export function shapeInput(model: ResolvedModel, label: string, aspect: string): ShapeInput {
  const wanted = readRatio(aspect);
  if (wanted === undefined) return { input: {} };
  const listed = RATIO_INPUTS.map((name) => inputNamed(model, [name])).find(
    (input) => input?.enum?.some((value) => readRatio(value) !== undefined) ?? false,
  );
  if (listed) return fromList(listed, label, aspect, wanted);
  const free = inputNamed(model, ['aspect_ratio', 'aspect']);
  if (free?.type === 'string' && !free.enum) return { input: { [free.name]: aspect } };
  const width = inputNamed(model, ['width']);
  const height = inputNamed(model, ['height']);
  if (width && height) return { input: fromSides(width, height, wanted) };
  return { input: {}, note: `${label} chooses the shape itself, so \`aspect\` had no effect.` };
}

function fromList(input: ModelInput, label: string, aspect: string, wanted: number): ShapeInput {
  const values = input.enum ?? [];
  if (values.includes(aspect)) return { input: { [input.name]: aspect } };
  const nearest = values
    .flatMap((value) => {
      const ratio = readRatio(value);
      return ratio === undefined ? [] : [{ value, off: Math.abs(Math.log(ratio / wanted)) }];
    })
    .sort((one, other) => one.off - other.off)[0];
  if (!nearest) return { input: {} };
  const chosen = { input: { [input.name]: nearest.value } };
  // 1365x1024 is 4:3 but for a third of a point.
  if (nearest.off < 0.03) return chosen;
  return {
    ...chosen,
    note: `${label} does not make ${aspect}; ${String(nearest.value)} is the nearest it has.`,
  };
}

/** As many points as the model makes by itself, in its own limits. */
function fromSides(width: ModelInput, height: ModelInput, wanted: number): ShapeInput['input'] {
  const side = (input: ModelInput) => (typeof input.default === 'number' ? input.default : USUAL_SIDE);
  const area = side(width) * side(height);
  const [idealWidth, idealHeight] = [Math.sqrt(area * wanted), Math.sqrt(area / wanted)];
  // Where one side is too long for the model, the other has to become shorter with it.
  const scale = Math.min(1, limit(width) / idealWidth, limit(height) / idealHeight);
  return {
    [width.name]: fit(width, idealWidth * scale),
    [height.name]: fit(height, idealHeight * scale),
  };
}

function limit({ enum: values, maximum = Number.MAX_SAFE_INTEGER }: ModelInput): number {
  return values ? Math.max(...values.map(Number)) : maximum;
}

function fit(
  { enum: values, minimum = STEP, maximum = Number.MAX_SAFE_INTEGER }: ModelInput,
  side: number,
): number {
  if (values) {
    const sorted = values.map(Number).sort((one, other) => Math.abs(one - side) - Math.abs(other - side));
    return sorted[0] ?? side;
  }
  const stepped = Math.round(side / STEP) * STEP;
  return Math.max(minimum, Math.min(stepped, maximum));
}

/** `16:9`, `1024x768`; undefined for what is neither (`auto`, `match_input_image`). */
function readRatio(value: unknown): number | undefined {
  const [, width, height] = /^(\d{1,5})\s*[:x×*]\s*(\d{1,5})$/.exec(String(value)) ?? [];
  const ratio = Number(width) / Number(height);
  return Number.isFinite(ratio) && ratio > 0 ? ratio : undefined;
}
