/** Makes a picture that is too large for a platform small enough, by taking fewer pixels. */

import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import type { StoredFile } from './download.ts';

/** Four bytes each while it is in memory. */
const MAX_PIXELS = 25_000_000;
/** Below this a picture is not worth much. */
const SHORTEST_SIDE = 256;

/** A smaller copy beside the file; undefined where there can be none: not a PNG, too many pixels, or too few. */
export async function shrinkPicture(file: StoredFile, maxBytes: number): Promise<StoredFile | undefined> {
  if (file.type.contentType !== 'image/png' || (await countPixels(file.path)) > MAX_PIXELS) return undefined;
  const whole = await decode(await readFile(file.path)).catch(() => undefined);
  if (!whole) return undefined;
  // Some pictures are larger than their points: written anew they may fit as they are.
  const likelyBytes = Math.min(file.sizeBytes, whole.width * whole.height * 4);
  for (let factor = Math.max(1, Math.ceil(Math.sqrt(likelyBytes / maxBytes))); ; factor++) {
    if (Math.min(whole.width, whole.height) / factor < SHORTEST_SIDE) return undefined;
    const bytes = await encode(reduce(whole, factor));
    if (bytes.length > maxBytes) continue;
    const path = `${file.path}.${maxBytes}`;
    await writeFile(path, bytes);
    return { path, sizeBytes: bytes.length, type: file.type };
  }
}

/** From the header, which comes first: what the picture would take in memory is known before it does. */
async function countPixels(path: string): Promise<number> {
  const file = await open(path);
  try {
    const header = Buffer.alloc(24);
    await file.read(header, 0, header.length, 0);
    return header.readUInt32BE(16) * header.readUInt32BE(20);
  } finally {
    await file.close();
  }
}

function decode(bytes: Buffer): Promise<PNG> {
  return new Promise((resolve, reject) => {
    new PNG().parse(bytes, (error, png) => (error ? reject(error) : resolve(png)));
  });
}

async function encode(png: PNG): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const packed = png.pack();
  packed.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(packed, 'end');
  return Buffer.concat(chunks);
}

/** One pixel for each square of `factor` by `factor`: their mean. */
function reduce(png: PNG, factor: number): PNG {
  const width = Math.floor(png.width / factor);
  const height = Math.floor(png.height / factor);
  const small = new PNG({ width, height });
  const count = factor * factor;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0;
        for (let row = 0; row < factor; row++) {
          let offset = ((y * factor + row) * png.width + x * factor) * 4 + channel;
          for (let column = 0; column < factor; column++, offset += 4) sum += png.data[offset] ?? 0;
        }
        small.data[(y * width + x) * 4 + channel] = Math.round(sum / count);
      }
    }
  }
  return small;
}
