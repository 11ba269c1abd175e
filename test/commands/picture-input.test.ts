/** The same wishes for differently shaped models: each gets them under its own names, and says what it can't do. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withNewSeed } from '../../src/commands/model-inputs.ts';
import { type PictureWishes, pictureInput, withPicture } from '../../src/commands/picture-input.ts';
import type { ResolvedModel } from '../../src/core/models/prediction.ts';
import { readInputs } from '../../src/core/models/schema.ts';

/** A model by its schema's properties, as Replicate publishes them. */
function modelWith(properties: object, schemas: object = {}): ResolvedModel {
  const openapi = { components: { schemas: { Input: { type: 'object', properties }, ...schemas } } };
  return { ref: 'owner/name', official: true, inputs: readInputs(openapi) };
}

const uri = { type: 'string', format: 'uri' };
const prompt = { type: 'string' };

const FLUX = modelWith(
  {
    prompt,
    aspect_ratio: { allOf: [{ $ref: '#/components/schemas/aspect_ratio' }], default: '1:1' },
    image_prompt: uri,
    num_outputs: { type: 'integer', minimum: 1, maximum: 4, default: 1 },
    seed: { type: 'integer' },
  },
  { aspect_ratio: { enum: ['1:1', '16:9', '3:2', 'custom'], type: 'string' } },
);
const SDXL = modelWith({
  prompt,
  negative_prompt: prompt,
  image: uri,
  width: { type: 'integer', default: 1024, minimum: 64, maximum: 1280 },
  height: { type: 'integer', default: 1024, minimum: 64, maximum: 1280 },
  num_outputs: { type: 'integer', minimum: 1, maximum: 4 },
  seed: { type: 'integer', minimum: 0, maximum: 65_535 },
});
const RECRAFT = modelWith({
  prompt,
  size: { type: 'string', enum: ['1024x1024', '1365x1024', '1820x1024', '1024x1820'] },
});
const BANANA = modelWith({
  prompt,
  image_input: { type: 'array', items: uri },
  aspect_ratio: { type: 'string', enum: ['match_input_image', '1:1', '9:16'] },
});
const BARE = modelWith({ text: { type: 'string' } });

describe('wishes for a picture', () => {
  const wishes: PictureWishes = { prompt: 'a fox', aspect: '16:9', count: 3, negative: 'snow', seed: 7 };

  it.each([
    [
      'a list of ratios',
      FLUX,
      { prompt: 'a fox', aspect_ratio: '16:9', num_outputs: 3, seed: 7 },
      ['x knows no negative prompt, so `negative` had no effect.'],
    ],
    [
      'width and height',
      SDXL,
      { prompt: 'a fox', width: 1280, height: 704, num_outputs: 3, seed: 7, negative_prompt: 'snow' },
      [],
    ],
    [
      'a list of sizes',
      RECRAFT,
      { prompt: 'a fox', size: '1820x1024' },
      [
        'x makes one picture at a time, so `count` had no effect.',
        'x knows no negative prompt, so `negative` had no effect.',
        'x takes no seed, so `seed` had no effect.',
      ],
    ],
    [
      'other ratios than the one asked for',
      BANANA,
      { prompt: 'a fox', aspect_ratio: '1:1' },
      [
        'x does not make 16:9; 1:1 is the nearest it has.',
        'x makes one picture at a time, so `count` had no effect.',
        'x knows no negative prompt, so `negative` had no effect.',
        'x takes no seed, so `seed` had no effect.',
      ],
    ],
    [
      'nothing but words',
      BARE,
      { text: 'a fox' },
      [
        'x chooses the shape itself, so `aspect` had no effect.',
        'x makes one picture at a time, so `count` had no effect.',
        'x knows no negative prompt, so `negative` had no effect.',
        'x takes no seed, so `seed` had no effect.',
      ],
    ],
  ])('reach a model with %s', (_, model, input, notes) => {
    const drawn = pictureInput(model, 'x', wishes);
    expect(drawn.input).toEqual(input);
    expect(drawn.notes).toEqual(notes);
  });

  it('that were not expressed are left to the model, but for the number of pictures', () => {
    expect(pictureInput(FLUX, 'x', { prompt: 'a fox' })).toEqual({
      input: { prompt: 'a fox', num_outputs: 1 },
      options: { prompt: 'prompt', num_outputs: 'count' },
      count: 1,
      notes: [],
    });
  });

  it('say when the model makes fewer', () => {
    const pair = modelWith({ prompt, number_of_images: { type: 'integer', minimum: 1, maximum: 2 } });
    const { input, notes } = pictureInput(pair, 'x', { prompt: 'a fox', count: 4 });
    expect(input.number_of_images).toBe(2);
    expect(notes).toEqual(['x makes at most 2 at a time.']);
  });

  it('always stay within what the schema allows, in nearly the shape that was asked for', () => {
    const side = fc.record({ least: fc.constantFrom(64, 256, 512), most: fc.constantFrom(1024, 1440, 2048) });
    const aspect = fc.constantFrom('1:1', '4:3', '3:4', '3:2', '2:3', '16:9', '9:16');
    fc.assert(
      fc.property(side, side, aspect, fc.integer(), (width, height, shape, seed) => {
        const model = modelWith({
          prompt,
          width: { type: 'integer', default: 1024, minimum: width.least, maximum: width.most },
          height: { type: 'integer', default: 1024, minimum: height.least, maximum: height.most },
          seed: { type: 'integer', minimum: 0, maximum: 1000 },
        });
        const { input } = pictureInput(model, 'x', { prompt: 'a fox', aspect: shape, seed });
        const [across = 0, down = 0] = [Number(input.width), Number(input.height)];
        expect(across).toBeGreaterThanOrEqual(width.least);
        expect(across).toBeLessThanOrEqual(width.most);
        expect(down).toBeGreaterThanOrEqual(height.least);
        expect(down).toBeLessThanOrEqual(height.most);
        const [w = 1, h = 1] = shape.split(':').map(Number);
        expect(Math.abs(Math.log(across / down / (w / h)))).toBeLessThan(0.15);
        expect(input.seed).toBeGreaterThanOrEqual(0);
        expect(input.seed).toBeLessThanOrEqual(1000);
      }),
    );
  });
});

describe('a picture to begin from', () => {
  it.each([
    [FLUX, 'image_prompt', 'https://x/a.png'],
    [SDXL, 'image', 'https://x/a.png'],
    [BANANA, 'image_input', ['https://x/a.png']],
  ])('goes where the model takes one', (model, name, value) => {
    expect(withPicture(model, { prompt: 'a fox' }, 'https://x/a.png')).toEqual({
      prompt: 'a fox',
      [name]: value,
    });
  });

  it('has no place where the model begins from words alone', () => {
    expect(withPicture(RECRAFT, {}, 'https://x/a.png')).toBeUndefined();
  });
});

it('draws a new seed that the model takes', () => {
  expect(withNewSeed(SDXL, { seed: 1 }, 0.5)).toEqual({ seed: 65_535 });
  expect(withNewSeed(FLUX, {}, 0.5)).toEqual({ seed: 2 ** 30 });
  expect(withNewSeed(BARE, { text: 'a' }, 0.5)).toEqual({ text: 'a' });
});
