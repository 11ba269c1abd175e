/** Files that people send with their questions: taken in pieces, kept for a day in our own directory. */

import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { z } from 'zod';
import type { Attachment } from '../../core/chat.ts';
import { UserError } from '../../core/errors.ts';
import { cleanFileName } from '../../core/files/names.ts';
import { type AskedFile, isId } from './conversation.ts';

/** 100 MB: what Replicate takes. */
export const MAX_UPLOAD_BYTES = 100_000_000;
/** So that nobody fills the disk. */
const MAX_TOTAL_BYTES = 5_000_000_000;

const described = z.object({
  name: z.string().min(1),
  contentType: z.string(),
  sizeBytes: z.int().min(0),
});

export interface Uploads {
  /** Makes room for a file; its id is all one needs to send and to use it. Throws UserError when it is too large. */
  begin(file: Omit<AskedFile, 'id'>): Promise<string>;
  /**
   * Writes a piece at `offset`, which may repeat what is there but leaves no gap, and says how much there is now.
   * Undefined when there is no such upload or the piece does not fit into it.
   */
  append(id: string, offset: number, piece: NodeReadableStream): Promise<number | undefined>;
  /** Undefined when there is none, or it is not all there. */
  find(id: string): Promise<AskedFile | undefined>;
  /** Does nothing when there is none. */
  remove(id: string): Promise<void>;
  pathOf(file: AskedFile): string;
  /** For the core; opens the file each time it is asked to. */
  toAttachment(file: AskedFile): Attachment;
}

export function createUploads(directory: string): Uploads {
  const contentPath = (id: string) => join(directory, id);
  const descriptionPath = (id: string) => join(directory, `${id}.json`);

  async function describe(id: string): Promise<AskedFile | undefined> {
    if (!isId(id)) return undefined;
    const text = await readFile(descriptionPath(id), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const parsed = described.safeParse(JSON.parse(text));
    return parsed.success ? { id, ...parsed.data } : undefined;
  }

  const sizeOf = (id: string): Promise<number | undefined> =>
    stat(contentPath(id)).then(
      ({ size }) => size,
      () => undefined,
    );

  async function reservedBytes(): Promise<number> {
    const names = await readdir(directory);
    const files = await Promise.all(
      names.filter((name) => name.endsWith('.json')).map((name) => describe(name.slice(0, -'.json'.length))),
    );
    return files.reduce((sum, file) => sum + (file?.sizeBytes ?? 0), 0);
  }

  return {
    async begin({ contentType, sizeBytes, ...file }) {
      const name = cleanFileName(file.name);
      if (sizeBytes > MAX_UPLOAD_BYTES) throw new UserError(`“${name}” is larger than 100 MB.`);
      if (sizeBytes === 0) throw new UserError(`“${name}” is empty.`);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      if ((await reservedBytes()) + sizeBytes > MAX_TOTAL_BYTES)
        throw new UserError('There is no room for more files today. Try again tomorrow.');
      const id = randomUUID();
      await writeFile(contentPath(id), '', { mode: 0o600, flag: 'wx' });
      const description = JSON.stringify({ name, contentType, sizeBytes });
      await writeFile(descriptionPath(id), description, { mode: 0o600, flag: 'wx' });
      return id;
    },

    async append(id, offset, piece) {
      const file = await describe(id);
      const before = file && (await sizeOf(id));
      if (file === undefined || before === undefined || offset > before) return undefined;
      let end = offset;
      const bounded = async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          end += chunk.length;
          if (end > file.sizeBytes) return;
          yield chunk;
        }
      };
      const content = createWriteStream(contentPath(id), { flags: 'r+', start: offset });
      await pipeline(Readable.fromWeb(piece), bounded, content);
      return end > file.sizeBytes ? undefined : await sizeOf(id);
    },

    async find(id) {
      const file = await describe(id);
      return file && (await sizeOf(id)) === file.sizeBytes ? file : undefined;
    },

    async remove(id) {
      if (!isId(id)) return;
      await rm(descriptionPath(id), { force: true });
      await rm(contentPath(id), { force: true });
    },

    pathOf: ({ id }) => contentPath(id),

    toAttachment: ({ id, name, contentType, sizeBytes }) => ({
      name,
      url: `upload:${id}`,
      contentType,
      sizeBytes,
      async open(signal) {
        const handle = await open(contentPath(id)).catch(() => {
          throw new UserError(`“${name}” is no longer here. Attach it again.`);
        });
        const content = createReadStream('', { fd: handle, ...(signal && { signal }) });
        return { stream: Readable.toWeb(content) as ReadableStream<Uint8Array>, contentType, sizeBytes };
      },
    }),
  };
}
