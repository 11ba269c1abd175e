/** Files that an answer is made with (a chart, a CSV), on disk for as long as it may take to show them. */

import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MessageFile } from '../chat.ts';
import type { Clock } from '../clock.ts';

export interface MadeFiles {
  /** Streams the content to the disk. It is deleted when another one is made, an hour later at the earliest. */
  keep(
    file: Pick<MessageFile, 'name' | 'contentType' | 'alt'>,
    content: Buffer | AsyncIterable<string>,
  ): Promise<MessageFile>;
}

const KEPT_MS = 60 * 60_000;

export function createMadeFiles({ directory, clock }: { directory: string; clock: Clock }): MadeFiles {
  async function sweep(): Promise<void> {
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      // Another one may be sweeping as well.
      const age = await stat(path).catch(() => undefined);
      if (age && age.mtimeMs < clock.now() - KEPT_MS) await rm(path, { force: true });
    }
  }

  return {
    async keep(file, content) {
      await mkdir(directory, { recursive: true });
      await sweep();
      const id = randomUUID();
      const path = join(directory, `${id}-${file.name}`);
      await pipeline(Readable.from(Buffer.isBuffer(content) ? [content] : content), createWriteStream(path));
      const { size } = await stat(path);
      return { ...file, id, path, sizeBytes: size };
    },
  };
}
