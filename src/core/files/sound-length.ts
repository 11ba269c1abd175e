/** How long a recording is: as the platform says, as its header says, or by its size. */

import { Readable } from 'node:stream';
import { type IFormat, parseFile, parseStream } from 'music-metadata';
import type { FileType } from './sniff.ts';

export interface SoundLength {
  readonly seconds: number;
  /** It can't be longer. */
  readonly atMostSeconds: number;
  /** Known, not guessed from the size. */
  readonly measured: boolean;
}

/** Speech is hardly ever recorded with less, and rarely with more. */
const LEAST_BITS_PER_SECOND = 12_000;
const USUAL_BITS_PER_SECOND = { audio: 96_000, video: 1_000_000 };

export interface Recording {
  readonly type: FileType;
  /** The whole file on the disk, or its beginning. */
  readonly content: { readonly path: string } | { readonly head: Uint8Array };
  readonly sizeBytes?: number;
  /** As the platform says. */
  readonly durationSeconds?: number;
}

/**
 * Undefined when not even the size is known. A header is its sender's word: it makes the guess better, but no bound; only
 * uncompressed sound has as many bytes in each second as its header says, or it would not sound at all.
 */
export async function soundLength(recording: Recording): Promise<SoundLength | undefined> {
  const { type, sizeBytes, durationSeconds } = recording;
  if (durationSeconds !== undefined)
    return { seconds: durationSeconds, atMostSeconds: Math.ceil(durationSeconds), measured: true };
  if (sizeBytes === undefined) return undefined;
  const bits = sizeBytes * 8;
  const { duration, bitrate, codec } = await readHeader(recording).catch((): Header => ({}));
  const usual = USUAL_BITS_PER_SECOND[type.kind === 'video' ? 'video' : 'audio'];
  const seconds = duration ?? bits / (bitrate || usual);
  const least = codec === 'PCM' && bitrate ? bitrate : LEAST_BITS_PER_SECOND;
  return {
    seconds,
    atMostSeconds: Math.ceil(Math.max(seconds, bits / least)),
    measured: duration !== undefined,
  };
}

type Header = Partial<Pick<IFormat, 'duration' | 'bitrate' | 'codec'>>;

/** Throws when there is none that can be read. */
async function readHeader({ type, content, sizeBytes }: Recording): Promise<Header> {
  const options = { duration: false, skipCovers: true };
  if ('path' in content) return (await parseFile(content.path, options)).format;
  const info = { mimeType: type.contentType, ...(sizeBytes !== undefined && { size: sizeBytes }) };
  return (await parseStream(Readable.from([Buffer.from(content.head)], { objectMode: false }), info, options))
    .format;
}

/** `1 h 12 min`, `12 min`, `40 s`. */
export function formatLength(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
