/** Brings a file onto the disk: streamed, limited, and continued where its connection was cut. */

import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { OperatorError, UserError } from '../errors.ts';
import type { OpenedLink, OpenOptions } from './link.ts';
import { type FileType, SNIFF_BYTES, sniff } from './sniff.ts';

/** A file on this machine's disk. */
export interface StoredFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** By its bytes. */
  readonly type: FileType;
}

/** Like a link's: from any byte on, or from the beginning again. */
export type OpenFile = (options: OpenOptions) => Promise<OpenedLink>;

export interface DownloadOptions {
  readonly path: string;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** Failures in a row that brought us no further than before. */
const MAX_FRUITLESS = 5;
const FIRST_WAIT_MS = 500;
const MEGABYTE = 1_000_000;

export class FileTooLargeError extends UserError {
  constructor(maxBytes: number) {
    super(`That file is too large: ${describeBytes(maxBytes)} is the limit.`);
  }
}

/**
 * Resolves when the whole file is at `path`; before, there is nothing. Throws FileTooLargeError, what `openFile` throws for
 * good, the last of several failures, or the signal's reason.
 */
export async function download(openFile: OpenFile, options: DownloadOptions): Promise<StoredFile> {
  const { path, clock, signal } = options;
  const partial = `${path}.part`;
  const file = await open(partial, 'w+');
  try {
    const sizeBytes = await fill(file, openFile, options);
    const head = new Uint8Array(Math.min(SNIFF_BYTES, sizeBytes));
    await file.read(head, 0, head.length, 0);
    await rename(partial, path);
    return { path, sizeBytes, type: sniff(head) };
  } finally {
    await file.close();
    await rm(partial, { force: true });
  }

  async function fill(target: FileHandle, from: OpenFile, { maxBytes }: DownloadOptions): Promise<number> {
    let written = 0;
    let furthest = 0;
    let validator: string | undefined;
    for (let fruitless = 0; ; fruitless++) {
      try {
        const opened = await from({
          from: written,
          ...(validator !== undefined && { validator }),
          ...(signal && { signal }),
        });
        try {
          if ((opened.totalBytes ?? 0) > maxBytes) throw new FileTooLargeError(maxBytes);
          await target.truncate(opened.startsAt);
          written = opened.startsAt;
          validator = opened.validator;
          for await (const bytes of opened.body) {
            signal?.throwIfAborted();
            if (written + bytes.length > maxBytes) throw new FileTooLargeError(maxBytes);
            await writeAll(target, bytes, written);
            written += bytes.length;
          }
        } finally {
          opened.close();
        }
        if (opened.totalBytes === undefined || written === opened.totalBytes) return written;
        throw new Error(`the connection ended after ${written} of ${opened.totalBytes} bytes`);
      } catch (error) {
        signal?.throwIfAborted();
        if (written > furthest) fruitless = 0;
        furthest = Math.max(furthest, written);
        const final = error instanceof UserError || error instanceof OperatorError;
        if (final || fruitless + 1 >= MAX_FRUITLESS) throw error;
        // Without a validator nobody can say that the rest still belongs to what we have.
        if (validator === undefined) written = 0;
        await clock.sleep(FIRST_WAIT_MS * 2 ** fruitless, signal);
      }
    }
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** Bytes for people: `99 MB`. */
export function describeBytes(bytes: number): string {
  return bytes < MEGABYTE ? `${Math.ceil(bytes / 1000)} kB` : `${Math.floor(bytes / MEGABYTE)} MB`;
}
