/** Files that came with a request find their inputs. */

import { expect, it } from 'vitest';
import { placeFiles } from '../../src/commands/place-files.ts';
import type { Attachment } from '../../src/core/chat.ts';
import type { ModelInput } from '../../src/core/models/prediction.ts';

const file = (name: string): Attachment => ({ name, url: `https://files.example/${name}` });
const one = (name: string, required = false): ModelInput => ({
  name,
  type: 'string',
  format: 'uri',
  required,
});
const many = (name: string, maxLength?: number): ModelInput => ({
  name,
  type: 'array',
  items: { type: 'string', format: 'uri' },
  required: false,
  ...(maxLength !== undefined && { maxLength }),
});

function placed(inputs: readonly ModelInput[], names: readonly string[], given: readonly string[] = []) {
  const places = placeFiles(inputs, names.map(file), new Set(given));
  return Object.fromEntries([...places].map(([input, files]) => [input, files.map(({ name }) => name)]));
}

it('goes by the kind of file where inputs are named after it', () => {
  const inputs = [one('source_video'), one('reference_image'), one('voice')];
  expect(placed(inputs, ['a.mp3', 'b.png', 'c.mp4'])).toEqual({
    voice: ['a.mp3'],
    reference_image: ['b.png'],
    source_video: ['c.mp4'],
  });
});

it('else fills what is required first', () => {
  expect(placed([one('second'), one('first', true)], ['a.bin', 'b.bin'])).toEqual({
    first: ['a.bin'],
    second: ['b.bin'],
  });
});

it('fills a list up to what it may have, and leaves alone what was given otherwise', () => {
  expect(placed([many('images', 2), one('style')], ['a.png', 'b.png', 'c.png'])).toEqual({
    images: ['a.png', 'b.png'],
    style: ['c.png'],
  });
  expect(placed([one('image'), one('mask')], ['m.png'], ['image'])).toEqual({ mask: ['m.png'] });
});

it('names the file that has no place', () => {
  expect(() => placed([one('image')], ['a.png', 'b.png'])).toThrow(
    'There is no place for “b.png”: this model takes files for `image` only.',
  );
  expect(() => placed([], ['a.png'])).toThrow('“a.png” has no place');
});
