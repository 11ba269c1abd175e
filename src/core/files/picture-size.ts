/** How many points a picture has, by its header: known before anything is decoded. */

import { open } from 'node:fs/promises';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Before a JPEG's size there may be a colour profile and a camera's notes. */
const HEAD_BYTES = 512 * 1024;

/** Of a still PNG, JPEG or WebP; undefined for everything else, animated ones included. */
export async function readPictureSize(path: string): Promise<PictureSize | undefined> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return sizeIn(head.subarray(0, bytesRead));
  } catch (error) {
    // The header says that there is more than there is.
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    await file.close();
  }
}

function sizeIn(head: Buffer): PictureSize | undefined {
  if (head.toString('latin1', 1, 4) === 'PNG') return pngSize(head);
  if (head.readUInt16BE(0) === 0xffd8) return jpegSize(head);
  if (head.toString('latin1', 8, 12) === 'WEBP') return webpSize(head);
  return undefined;
}

/** `acTL` stands before the points of an animated one (w3.org/TR/png-3). */
function pngSize(head: Buffer): PictureSize | undefined {
  const animated = head.subarray(0, head.indexOf('IDAT')).includes('acTL');
  return animated ? undefined : { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
}

/** Segment by segment to the frame's header, `ff c0` to `ff cf` but for three (ITU T.81, table B.1). */
function jpegSize(head: Buffer): PictureSize | undefined {
  for (let at = 2; head[at] === 0xff; at += 2 + head.readUInt16BE(at + 2)) {
    const marker = head.readUInt8(at + 1);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { width: head.readUInt16BE(at + 7), height: head.readUInt16BE(at + 5) };
  }
  return undefined;
}

/** developers.google.com/speed/webp/docs/riff_container */
function webpSize(head: Buffer): PictureSize | undefined {
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X': {
      const animated = (head.readUInt8(20) & 0x02) !== 0;
      return animated ? undefined : { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    }
    default:
      return undefined;
  }
}
