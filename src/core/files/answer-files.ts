/** The files of an answer as its surface takes them; for those it does not take, a line of text instead. */

import type { FileLimits, MessageFile } from '../chat.ts';
import { UserError } from '../errors.ts';
import type { PresentedFile } from '../presenter.ts';
import { describeBytes, type StoredFile } from './download.ts';
import { describeMissing } from './missing-file.ts';
import { cleanFileName } from './names.ts';
import type { RunFiles } from './run-files.ts';
import { shrinkPicture } from './shrink.ts';

export interface AnswerFiles {
  readonly files: readonly MessageFile[];
  /** Markdown, one for each file that is not among them. */
  readonly lines: readonly string[];
}

export interface AnswerFilesOptions {
  readonly runId: string;
  readonly files: RunFiles;
  /** Undefined: the surface takes none. */
  readonly limits: FileLimits | undefined;
  /** When Replicate removes what the model made. */
  readonly expiresAt: number;
  readonly signal: AbortSignal;
}

/** Replicate keeps a prediction's files for an hour after its end (replicate.com/docs, data retention). */
export const KEPT_FOR_MS = 60 * 60 * 1000;

const NOTHING: FileLimits = { maxCount: 0, maxBytes: 0, maxTotalBytes: 0 };
/** Discord's limit, the tightest. */
const LONGEST_ALT = 1024;

type Outcome = { readonly stored: StoredFile } | { readonly reason: string };

/** Throws only the signal's reason. */
export async function collectAnswerFiles(
  presented: readonly PresentedFile[],
  { runId, files, limits = NOTHING, expiresAt, signal }: AnswerFilesOptions,
): Promise<AnswerFiles> {
  const outcomes = await Promise.all(presented.map(store));
  signal.throwIfAborted();
  const storedBytes = outcomes.map((outcome) => ('stored' in outcome ? outcome.stored.sizeBytes : 0));
  const totalBytes = storedBytes.reduce((sum, bytes) => sum + bytes, 0);
  const share =
    totalBytes <= limits.maxTotalBytes ? Infinity : Math.floor(limits.maxTotalBytes / presented.length);
  const maxBytes = Math.min(limits.maxBytes, share);

  const kept: MessageFile[] = [];
  const lines: string[] = [];
  for (const [index, file] of presented.entries()) {
    const outcome = await fit(outcomes[index] ?? { reason: '' });
    if ('stored' in outcome) kept.push(describe(file, outcome.stored, index));
    else lines.push(insteadOf(file, outcome.reason));
  }
  return { files: kept, lines };

  async function store(file: PresentedFile, index: number): Promise<Outcome> {
    if (limits.maxCount === 0) return { reason: '' };
    if (index >= limits.maxCount) return { reason: `Only ${limits.maxCount} files fit into one message.` };
    try {
      const stored =
        file.from === 'url'
          ? await files.fetch(runId, file.url, signal)
          : await files.write(runId, file.name, file.text);
      return { stored };
    } catch (error) {
      return { reason: error instanceof UserError ? error.message : 'It could not be fetched.' };
    }
  }

  async function fit(outcome: Outcome): Promise<Outcome> {
    if ('reason' in outcome) return outcome;
    const { stored } = outcome;
    if (stored.sizeBytes <= maxBytes) return outcome;
    const smaller = await shrinkPicture(stored, maxBytes);
    if (smaller) return { stored: smaller };
    return { reason: `It is too large to attach here (${describeBytes(stored.sizeBytes)}).` };
  }

  /** What was made of text is not lost with its file: there is nowhere else to get it. */
  function insteadOf(file: PresentedFile, reason: string): string {
    if (file.from === 'text') return file.text;
    const link = linkOf(file);
    if (link || file.url.startsWith('data:')) return describeMissing({ name: file.name, ...link }, reason);
    return `${file.name}: \`${file.url.replaceAll('`', '')}\`${reason === '' ? '' : ` ${reason}`}`;
  }

  /** Only to where models' files lie: nobody vouches for another address. */
  function linkOf(file: PresentedFile): Pick<MessageFile, 'link'> | undefined {
    if (file.from === 'text' || file.url.startsWith('data:') || !files.isTrusted(file.url)) return undefined;
    return { link: { url: file.url, expiresAt } };
  }

  function describe(file: PresentedFile, stored: StoredFile, index: number): MessageFile {
    const { extension, contentType } = stored.type;
    return {
      id: `${runId}/${index}`,
      name: file.from === 'url' ? cleanFileName(`${file.name}.x`, extension) : cleanFileName(file.name),
      contentType,
      sizeBytes: stored.sizeBytes,
      path: stored.path,
      ...(file.alt !== undefined && { alt: [...file.alt].slice(0, LONGEST_ALT / 2).join('') }),
      ...(file.spoiler && { spoiler: true }),
      ...linkOf(file),
    };
  }
}
