/** The files of answers, copied to our own directory: they are shown as long as their conversation is. */

import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileLimits, MessageFile } from '../../core/chat.ts';
import type { ShownFile } from './conversation.ts';

/** More than ten pictures are a mess on any screen; larger files do not belong on the bot's disk for a month. */
export const fileLimits: FileLimits = {
  maxCount: 10,
  maxBytes: 10 * 1024 * 1024,
  maxTotalBytes: 100 * 1024 * 1024,
};

export interface ShownFiles {
  /** Copies what is not there yet. Throws when a file can't be read or written. */
  keep(conversation: string, replyId: string, files: readonly MessageFile[]): Promise<readonly ShownFile[]>;
  pathOf(file: ShownFile): string;
}

export function createShownFiles(directory: string): ShownFiles {
  async function copy(from: string, to: string): Promise<void> {
    // Another process may do the same: whoever comes last replaces the file by an equal one.
    const half = `${to}.${randomUUID()}`;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    try {
      await copyFile(from, half);
      await rename(half, to);
    } finally {
      await rm(half, { force: true });
    }
  }

  return {
    async keep(conversation, replyId, files) {
      const kept: ShownFile[] = [];
      for (const { id, path, ...file } of files) {
        const key = createHash('sha256').update(`${conversation}/${replyId}/${id}`).digest('hex');
        const size = await stat(join(directory, key)).then(
          (found) => found.size,
          () => undefined,
        );
        if (size !== file.sizeBytes) await copy(path, join(directory, key));
        kept.push({ key, ...file });
      }
      return kept;
    },
    pathOf: ({ key }) => join(directory, key),
  };
}
