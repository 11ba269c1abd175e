/** Makes a picture that is too large for a platform small enough: written anew, with less detail, then with fewer points. */

import { writeFile } from 'node:fs/promises';
import type { Canvas } from '@napi-rs/canvas';
import type { StoredFile } from './download.ts';
import { readPictureSize } from './picture-size.ts';
import type { FileType } from './sniff.ts';

/** Four bytes each while it is in memory. */
const MAX_PIXELS = 25_000_000;
/** Below this a picture is not worth much. */
const SHORTEST_SIDE = 256;
/** What is tried, best first: of a hundred, and of a side's length. */
const ATTEMPTS: readonly (readonly [quality: number, scale: number])[] = [
  [92, 1],
  [85, 1],
  [75, 1],
  [75, 0.75],
  [75, 0.5],
  [75, 0.35],
  [75, 0.25],
  [70, 0.125],
];
/** A side of the small copy in which a hole is looked for. */
const LOOKED_AT = 64;

const JPEG: FileType = { kind: 'image', contentType: 'image/jpeg', extension: 'jpg' };
/** It keeps holes as they are. */
const WEBP: FileType = { kind: 'image', contentType: 'image/webp', extension: 'webp' };

/**
 * A smaller copy beside the file; undefined where there can be none: not a still PNG, JPEG or WebP, too many points, or too
 * few.
 */
export async function shrinkPicture(file: StoredFile, maxBytes: number): Promise<StoredFile | undefined> {
  const size = await readPictureSize(file.path);
  if (!size || size.width * size.height > MAX_PIXELS) return undefined;
  // Loaded by those who need it: it is large, and not built for every machine.
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const picture = await loadImage(file.path).catch(() => undefined);
  if (!picture) return undefined;

  const drawn = (width: number, height: number): Canvas => {
    const canvas = createCanvas(width, height);
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, 0, 0, width, height);
    return canvas;
  };
  const type = hasHoles(drawn(LOOKED_AT, LOOKED_AT)) ? WEBP : JPEG;
  for (const [quality, scale] of ATTEMPTS) {
    const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    if (Math.min(width, height) < SHORTEST_SIDE && scale < 1) return undefined;
    const canvas = drawn(width, height);
    const bytes = type === JPEG ? await canvas.encode('jpeg', quality) : await canvas.encode('webp', quality);
    if (bytes.length > maxBytes) continue;
    const path = `${file.path}.${maxBytes}`;
    await writeFile(path, bytes);
    return { path, sizeBytes: bytes.length, type };
  }
  return undefined;
}

function hasHoles(canvas: Canvas): boolean {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, index) => index % 4 === 3 && value < 255);
}
