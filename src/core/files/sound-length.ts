/** How long a recording is: as the platform says, as its header says, or by its size. */

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
  /** The file's beginning. */
  readonly head: Uint8Array;
  readonly sizeBytes?: number;
  /** As the platform says. */
  readonly durationSeconds?: number;
}

/** Undefined when not even the size is known. */
export function soundLength({ type, head, sizeBytes, durationSeconds }: Recording): SoundLength | undefined {
  const known = durationSeconds ?? (type.extension === 'wav' ? wavSeconds(head, sizeBytes) : undefined);
  if (known !== undefined) return { seconds: known, atMostSeconds: Math.ceil(known), measured: true };
  if (sizeBytes === undefined) return undefined;
  const bits = sizeBytes * 8;
  const usual = USUAL_BITS_PER_SECOND[type.kind === 'video' ? 'video' : 'audio'];
  return {
    seconds: bits / usual,
    atMostSeconds: Math.ceil(bits / LEAST_BITS_PER_SECOND),
    measured: false,
  };
}

/** The bytes of sound by the bytes of a second; both stand in the header, but a recorder may leave the first open. */
function wavSeconds(head: Uint8Array, sizeBytes: number | undefined): number | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.length < 44 || bytes.toString('latin1', 12, 16) !== 'fmt ') return undefined;
  const bytesPerSecond = bytes.readUInt32LE(28);
  if (bytesPerSecond === 0) return undefined;
  return sizeBytes === undefined ? undefined : Math.max(0, sizeBytes - 44) / bytesPerSecond;
}

/** `1 h 12 min`, `12 min`, `40 s`. */
export function formatLength(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
