/** A reply's files: uploaded one by one, then shown together in one message, never twice. */

import type { FileLimits, MessageFile } from '../../core/chat.ts';
import { type FileApi, FileRefusedError } from './file-api.ts';
import type { SlackReplyRef } from './reply-ref.ts';

/** Slack takes files of 1 GB, and shows ten in one message. */
export const SLACK_FILE_LIMITS: FileLimits = { maxCount: 10, maxBytes: 1e9, maxTotalBytes: 1e9 };

interface OutgoingFilesOptions {
  readonly files: FileApi;
  readonly ref: SlackReplyRef;
  /** Another process may have shown what the ref does not know of. */
  readonly mayExist: boolean;
}

export interface OutgoingFiles {
  /** Whether one of these is still to be shown. */
  isWaiting(files: readonly MessageFile[]): boolean;
  /** Does the next step; a refusal is kept in `refused`, and nothing is waiting any more. */
  next(files: readonly MessageFile[], where: { channel: string; threadTs?: string }): Promise<void>;
  /** Why they are missing, in a sentence. */
  readonly refused: string | undefined;
  readonly progress: Partial<SlackReplyRef>;
}

export function createOutgoingFiles({
  files: api,
  ref,
  mayExist: atFirst,
}: OutgoingFilesOptions): OutgoingFiles {
  const uploads = new Map(Object.entries(ref.uploads));
  const shared = new Set(ref.shared);
  let refused = ref.filesRefused;
  let mayExist = atFirst;

  const waiting = (files: readonly MessageFile[]) => files.filter((file) => !shared.has(file.id));

  async function share(files: readonly MessageFile[], where: { channel: string; threadTs?: string }) {
    const uploaded = files.map((file) => ({ id: uploads.get(file.id) ?? '', title: file.name }));
    const there = mayExist && (await api.isShared(uploaded[0]?.id ?? '', where.channel));
    mayExist = true;
    if (!there) await api.share(uploaded, where);
    for (const file of files) shared.add(file.id);
  }

  return {
    isWaiting: (files) => refused === undefined && waiting(files).length > 0,
    async next(files, where) {
      const left = waiting(files);
      const file = left.find(({ id }) => !uploads.has(id));
      try {
        if (file) uploads.set(file.id, await api.upload(file));
        else await share(left, where);
      } catch (error) {
        if (!(error instanceof FileRefusedError)) throw error;
        refused = error.message;
      }
    },
    get refused() {
      return refused;
    },
    get progress() {
      return {
        uploads: Object.fromEntries(uploads),
        shared: [...shared],
        ...(refused !== undefined && { filesRefused: refused }),
      };
    },
  };
}
