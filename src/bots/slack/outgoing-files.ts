/** A reply's files: uploaded one by one, then shown together in one message, never twice; what can't be is given up. */

import type { FileLimits, MessageFile } from '../../core/chat.ts';
import { RateLimitedError, ReplyGoneError } from '../../core/errors.ts';
import { describeMissing } from '../../core/files/missing-file.ts';
import { type FileApi, FileRefusedError } from './file-api.ts';
import type { SlackReplyRef } from './reply-ref.ts';

/** Slack takes files of 1 GB, and shows ten in one message. */
export const SLACK_FILE_LIMITS: FileLimits = { maxCount: 10, maxBytes: 1e9, maxTotalBytes: 1e9 };

/** With the writer's pauses between them this is about a quarter of a minute for one file. */
const MOST_TRIES = 6;
const NOT_UPLOADED = 'It could not be uploaded.';

interface OutgoingFilesOptions {
  readonly files: FileApi;
  readonly ref: SlackReplyRef;
  /** Another process may have shown what the ref does not know of. */
  readonly mayExist: boolean;
}

export interface OutgoingFiles {
  /** Whether one of these is still to be shown. */
  isWaiting(files: readonly MessageFile[]): boolean;
  /**
   * Does the next step. What Slack refuses for good is not waiting any more, nor is what fails again and again. Throws
   * what made it fail this time.
   */
  next(files: readonly MessageFile[], where: { channel: string; threadTs?: string }): Promise<void>;
  /** Which of these are missing for good, and why: markdown, a line each. */
  missing(files: readonly MessageFile[]): readonly string[];
  readonly progress: Partial<SlackReplyRef>;
}

export function createOutgoingFiles({
  files: api,
  ref,
  mayExist: atFirst,
}: OutgoingFilesOptions): OutgoingFiles {
  const uploads = new Map(Object.entries(ref.uploads));
  const shared = new Set(ref.shared);
  const tries = new Map(Object.entries(ref.fileTries));
  let refused = ref.filesRefused;
  let mayExist = atFirst;

  const isGivenUp = (file: MessageFile) => (tries.get(file.id) ?? 0) >= MOST_TRIES;
  const waiting = (files: readonly MessageFile[]) =>
    refused === undefined ? files.filter((file) => !shared.has(file.id) && !isGivenUp(file)) : [];

  async function share(files: readonly MessageFile[], where: { channel: string; threadTs?: string }) {
    const uploaded = files.map((file) => ({ id: uploads.get(file.id) ?? '', title: file.name }));
    const there = mayExist && (await api.isShared(uploaded[0]?.id ?? '', where.channel));
    mayExist = true;
    if (!there) await api.share(uploaded, where);
    for (const file of files) shared.add(file.id);
  }

  function failed(files: readonly MessageFile[], error: unknown): void {
    if (error instanceof RateLimitedError || error instanceof ReplyGoneError) throw error;
    if (error instanceof FileRefusedError) {
      refused = error.message;
      return;
    }
    for (const { id } of files) tries.set(id, (tries.get(id) ?? 0) + 1);
    throw error;
  }

  return {
    isWaiting: (files) => waiting(files).length > 0,
    async next(files, where) {
      const left = waiting(files);
      const file = left.find(({ id }) => !uploads.has(id));
      try {
        if (file) uploads.set(file.id, await api.upload(file));
        else await share(left, where);
      } catch (error) {
        failed(file ? [file] : left, error);
      }
      if (file) tries.delete(file.id);
    },
    missing(files) {
      const left = files.filter((file) => !shared.has(file.id));
      if (refused !== undefined && left.length > 0) return [`**${refused}**`];
      return left.filter(isGivenUp).map((file) => describeMissing(file, NOT_UPLOADED));
    },
    get progress() {
      return {
        uploads: Object.fromEntries(uploads),
        shared: [...shared],
        fileTries: Object.fromEntries(tries),
        ...(refused !== undefined && { filesRefused: refused }),
      };
    },
  };
}
