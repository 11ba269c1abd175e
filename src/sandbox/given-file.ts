/** The files that a prediction's input names, as the models of the sandbox get to see them. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ModelFailure } from './job.ts';
import { type Media, recognize } from './media.ts';

export interface GivenFile {
  readonly sizeBytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
  readonly media: Media;
  /** The whole file; undefined where it is larger than 16 MB. */
  readonly bytes?: Buffer;
}

/** Undefined for a link that is left alone. Throws a ModelFailure when the file can't be had. */
export type OpenGivenFile = (url: string, signal: AbortSignal) => Promise<GivenFile | undefined>;

const maxHeldBytes = 16 * 1024 * 1024;

export function createOpenGivenFile(options: {
  /** The sandbox's own uploads and output files, by their address. */
  readonly openOwn: (url: string) => Readable | undefined;
  /** Without, only data URIs and own files are read. */
  readonly fetchLinks: boolean;
}): OpenGivenFile {
  async function open(url: string, signal: AbortSignal): Promise<GivenFile | undefined> {
    const own = options.openOwn(url);
    if (own) return read(own);
    if (!url.startsWith('data:') && !options.fetchLinks) return undefined;
    const response = await fetch(url, { signal });
    if (response.ok && response.body) return read(Readable.fromWeb(response.body));
    await response.body?.cancel();
    throw new ModelFailure(`Failed to download the input file: ${response.status}`);
  }

  return async (url, signal) => {
    try {
      return await open(url, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof ModelFailure ? error : new ModelFailure('Failed to download the input file');
    }
  };
}

async function read(stream: Readable): Promise<GivenFile> {
  const hash = createHash('sha256');
  const held: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    if (sizeBytes < maxHeldBytes) held.push(Buffer.from(chunk));
    sizeBytes += chunk.length;
    hash.update(chunk);
  }
  const bytes = Buffer.concat(held);
  return {
    sizeBytes,
    sha256: hash.digest('hex'),
    media: recognize(bytes, sizeBytes),
    ...(sizeBytes <= maxHeldBytes ? { bytes } : {}),
  };
}

/** `image/png, 64×48, 1234 bytes, sha-256 …`: proof that exactly these bytes arrived. */
export function describeFile(file: GivenFile | undefined): string {
  if (!file) return 'a link that the sandbox leaves alone';
  const { type, width, height, seconds } = file.media;
  return [
    type,
    ...(width === undefined ? [] : [`${width}×${height}`]),
    ...(seconds === undefined ? [] : [`${seconds.toFixed(1)} s`]),
    `${file.sizeBytes} bytes`,
    `sha-256 ${file.sha256}`,
  ].join(', ');
}
