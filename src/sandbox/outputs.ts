/** The files that the sandbox's models make: kept for an hour, made when asked for, broken as the faults ask. */
import { crc32 } from 'node:zlib';
import type { Faults } from './faults.ts';

export interface OutputFile {
  readonly name: string;
  readonly contentType: string;
  /** The same at every call. */
  bytes(): Buffer;
}

export interface Outputs {
  /** Returns the file's address. */
  keep(predictionId: string, file: OutputFile): string;
  /** Undefined when there is none or its hour is over. */
  find(predictionId: string, name: string): OutputFile | undefined;
}

const lifeSeconds = 3600;

export function createOutputs(options: {
  readonly now: () => number;
  readonly limitSecondMs: number;
  readonly origin: () => string;
  readonly faults: Faults;
}): Outputs {
  const { now, limitSecondMs, origin, faults } = options;
  const kept = new Map<string, { readonly file: OutputFile; readonly expiresAt: number }>();

  const dropExpired = (): void => {
    for (const [key, { expiresAt }] of kept) if (expiresAt <= now()) kept.delete(key);
  };

  return {
    keep(predictionId, file) {
      dropExpired();
      const key = `${predictionId}/${file.name}`;
      kept.set(key, { file, expiresAt: now() + lifeSeconds * limitSecondMs });
      return `${origin()}/output/${key}`;
    },
    find(predictionId, name) {
      dropExpired();
      const file = kept.get(`${predictionId}/${name}`)?.file;
      return file && { ...file, bytes: () => padPng(file.bytes(), faults.filePaddingBytes) };
    },
  };
}

const endChunkBytes = 12;

/** Makes a PNG larger by a chunk that every reader skips, and that is gone once it is encoded again. */
function padPng(bytes: Buffer, paddingBytes: number): Buffer {
  if (paddingBytes === 0 || bytes[0] !== 0x89) return bytes;
  const padding = Buffer.alloc(4 + paddingBytes);
  padding.write('saNd');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(paddingBytes);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(padding));
  const end = bytes.length - endChunkBytes;
  return Buffer.concat([bytes.subarray(0, end), length, padding, checksum, bytes.subarray(end)]);
}
