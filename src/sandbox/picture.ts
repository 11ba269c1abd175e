/** Draws the pictures of the sandbox's image model: shapes and colours from the prompt, plainly labelled. */
import { createHash } from 'node:crypto';
import { PNG } from 'pngjs';
import { drawLabel } from './label.ts';

export interface Drawing {
  readonly prompt: string;
  readonly seed: number;
  /** Which of several pictures of one prediction. */
  readonly index: number;
  readonly width: number;
  readonly height: number;
}

type Colour = readonly [red: number, green: number, blue: number];
type Circle = { readonly x: number; readonly y: number; readonly radius: number; readonly colour: Colour };

const circleCount = 7;

/** A PNG file; the same drawing always gives the same bytes. */
export function drawPicture({ prompt, seed, index, width, height }: Drawing): Buffer {
  const random = createHash('shake256', { outputLength: 128 }).update(`${seed}/${index}/${prompt}`).digest();
  const at = (position: number): number => random[position] ?? 0;
  const hue = (at(127) / 255) * 360;
  // Related hues, so that it is pleasant to look at.
  const colourAt = (position: number): Colour =>
    colourOf(
      hue + (at(position) / 255 - 0.5) * 150,
      0.4 + at(position + 1) / 640,
      0.3 + at(position + 2) / 510,
    );
  const top = colourAt(0);
  const bottom = colourAt(3);
  const circles = Array.from({ length: circleCount }, (_, number): Circle => {
    const from = 6 + number * 6;
    return {
      x: (at(from) / 255) * width,
      y: (at(from + 1) / 255) * height,
      radius: (0.05 + (at(from + 2) / 255) * 0.2) * Math.min(width, height),
      colour: colourAt(from + 3),
    };
  });

  const picture = new PNG({ width, height });
  const paint = (x: number, y: number, [red, green, blue]: Colour): void => {
    const offset = (y * width + x) * 4;
    picture.data[offset] = red;
    picture.data[offset + 1] = green;
    picture.data[offset + 2] = blue;
    picture.data[offset + 3] = 255;
  };
  for (let y = 0; y < height; y += 1) {
    const background = blend(top, bottom, y / height);
    for (let x = 0; x < width; x += 1) paint(x, y, background);
    for (const { x: middle, y: level, radius, colour } of circles) {
      const half = Math.sqrt(Math.max(0, radius ** 2 - (y - level) ** 2));
      const end = Math.min(width, middle + half);
      for (let x = Math.ceil(Math.max(0, middle - half)); x < end; x += 1) paint(x, y, colour);
    }
  }
  drawLabel('SANDBOX', width, height, (x, y, ink) => paint(x, y, ink ? [255, 255, 255] : [0, 0, 0]));
  // Quick rather than small: pictures are drawn while somebody waits for the download.
  return PNG.sync.write(picture, { colorType: 2, deflateLevel: 3, filterType: 2 });
}

const blend = (from: Colour, to: Colour, share: number): Colour => [
  Math.round(from[0] + (to[0] - from[0]) * share),
  Math.round(from[1] + (to[1] - from[1]) * share),
  Math.round(from[2] + (to[2] - from[2]) * share),
];

/** From hue in degrees, saturation and lightness from 0 to 1 (CSS Color 4, 7.1). */
function colourOf(hue: number, saturation: number, lightness: number): Colour {
  const channel = (offset: number): number => {
    const position = (((offset + hue / 30) % 12) + 12) % 12;
    const swing = saturation * Math.min(lightness, 1 - lightness);
    return Math.round(255 * (lightness - swing * Math.max(-1, Math.min(position - 3, 9 - position, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
