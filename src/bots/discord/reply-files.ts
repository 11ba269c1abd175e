/** The files of a reply: which of them the next request takes along, which are given up, and what is said of those. */

import type { FileLimits, Message, MessageFile } from '../../core/chat.ts';
import { describeMissing } from '../../core/files/missing-file.ts';
import { isNotTaken, isTooLarge, isUploadRefused, UploadRefusedError } from './failures.ts';
import { UnreadableFileError } from './message-api.ts';
import { fileLimitsOf, pendingFiles } from './page-files.ts';
import type { DiscordReplyRef } from './reply-ref.ts';
import type { ReplyState } from './reply-state.ts';

/** What to show next. In all of these the text says which files are missing for good. */
export interface FileStep {
  /** The next upload may take long or fail as one did before: show this first, without the files that are still to come. */
  readonly first?: Message;
  readonly next: Message;
  /** Nothing is left to upload after `next`. */
  readonly complete: boolean;
}

export interface ReplyFiles {
  readonly limits: FileLimits;
  plan(message: Message): FileStep;
  /** These became attachments of the page, by the files' ids. */
  uploaded(page: number, attachmentIds: ReadonlyMap<string, string>): void;
  /** The request that was to upload these failed. Returns what is to be thrown: nothing that gives the whole reply up. */
  failed(files: readonly MessageFile[], error: unknown): unknown;
}

type Refusal = NonNullable<DiscordReplyRef['refusedFiles']>[number];

/** With the writer's pauses between them this is about a quarter of a minute for one file. */
const mostTries = 6;
/** What goes out so fast that the text can wait for it. */
const smallBytes = 512 * 1024;

const reasons: Readonly<Record<Refusal['why'], string>> = {
  'too large': 'It is too large to attach here.',
  unreadable: 'It is not there any more.',
  failed: 'It could not be uploaded.',
};

export function createReplyFiles(state: Pick<ReplyState, 'ref' | 'token'>): ReplyFiles {
  const limits = () => fileLimitsOf(state.token()?.maxFileBytes);
  const triesOf = ({ id }: MessageFile) => state.ref.uploadTries?.[id] ?? 0;

  const refuse = (files: readonly MessageFile[], why: Refusal['why']) => {
    const refused = files.map(({ id }) => ({ id, why }));
    if (refused.length === 0) return;
    state.ref = { ...state.ref, refusedFiles: [...(state.ref.refusedFiles ?? []), ...refused] };
  };

  const countTry = (files: readonly MessageFile[]) => {
    const tries = Object.fromEntries(files.map((file) => [file.id, triesOf(file) + 1]));
    state.ref = { ...state.ref, uploadTries: { ...state.ref.uploadTries, ...tries } };
    refuse(
      files.filter((file) => triesOf(file) >= mostTries),
      'failed',
    );
  };

  /** All together at first; what has failed goes alone, so that one bad file does not keep the others away. */
  const nextUploads = (pending: readonly MessageFile[]) => {
    const fewest = Math.min(...pending.map(triesOf));
    const next = pending.filter((file) => triesOf(file) === fewest);
    return fewest === 0 ? next : next.slice(0, 1);
  };

  const missing = (files: readonly MessageFile[]) =>
    files.flatMap((file) => {
      const refusal = state.ref.refusedFiles?.find(({ id }) => id === file.id);
      return refusal ? [describeMissing(file, reasons[refusal.why])] : [];
    });

  return {
    get limits() {
      return limits();
    },
    plan(message) {
      const { files = [] } = message;
      if (files.length === 0) return { next: message, complete: true };
      const { pending, tooLarge } = pendingFiles(state.ref, files, limits());
      refuse(tooLarge, 'too large');
      const text = [message.text, ...missing(files)].filter((part) => part !== '').join('\n\n');
      const uploads = nextUploads(pending);
      const bytes = uploads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const textFirst = bytes > smallBytes || pending.some((file) => triesOf(file) > 0);
      const showing = (left: readonly MessageFile[]): Message => ({
        ...message,
        text,
        files: files.filter(
          (file) => state.ref.files?.some(({ id }) => id === file.id) || left.includes(file),
        ),
      });
      return {
        ...(textFirst && { first: showing([]) }),
        next: showing(uploads),
        complete: uploads.length === pending.length,
      };
    },
    uploaded(page, attachmentIds) {
      const files = [...attachmentIds].map(([id, attachmentId]) => ({ id, page, attachmentId }));
      state.ref = { ...state.ref, files: [...(state.ref.files ?? []), ...files] };
    },
    failed(files, error) {
      if (error instanceof UnreadableFileError) {
        refuse(
          files.filter(({ path }) => path === error.path),
          'unreadable',
        );
        return error;
      }
      const refused = isTooLarge(error) || isUploadRefused(error);
      if (refused && files.length === 1) refuse(files, isTooLarge(error) ? 'too large' : 'failed');
      else if (refused || !isNotTaken(error)) countTry(files);
      return refused ? new UploadRefusedError(error) : error;
    },
  };
}
