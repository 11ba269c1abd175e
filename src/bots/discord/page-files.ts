/** Which files a reply has still to upload, and what Discord is told about those that a page has. */

import type { FileLimits, MessageFile } from '../../core/chat.ts';
import type { Upload } from './message-api.ts';
import type { DiscordReplyRef } from './reply-ref.ts';

/** Discord's limits: 10 files in a message, 10 MiB each where an interaction does not say otherwise, 25 MiB in one request. */
const mostFiles = 10;
const defaultFileBytes = 10 * 1024 * 1024;
const requestBytes = 25 * 1024 * 1024;
/** Of a request for what is not files. */
const formBytes = 64 * 1024;
const altLength = 1024;

/** What Discord takes in this reply now. */
export function fileLimitsOf(maxFileBytes: number | undefined): FileLimits {
  const maxTotalBytes = requestBytes - formBytes;
  return {
    maxCount: mostFiles,
    maxBytes: Math.min(maxFileBytes ?? defaultFileBytes, maxTotalBytes),
    maxTotalBytes,
  };
}

interface PendingFiles {
  /** Still to upload, in order. */
  readonly pending: readonly MessageFile[];
  /** More than Discord takes here. */
  readonly tooLarge: readonly MessageFile[];
}

/** What of these files is neither uploaded nor refused yet. */
export function pendingFiles(
  ref: DiscordReplyRef,
  files: readonly MessageFile[],
  limits: FileLimits,
): PendingFiles {
  const settled = new Set([...(ref.files ?? []), ...(ref.refusedFiles ?? [])].map(({ id }) => id));
  const pending: MessageFile[] = [];
  const tooLarge: MessageFile[] = [];
  let room = limits.maxTotalBytes;
  let places = limits.maxCount - (ref.files ?? []).length;
  for (const file of files) {
    if (settled.has(file.id)) continue;
    if (file.sizeBytes > Math.min(limits.maxBytes, room) || places === 0) tooLarge.push(file);
    else {
      pending.push(file);
      room -= file.sizeBytes;
      places -= 1;
    }
  }
  return { pending, tooLarge };
}

/** The `attachments` of a body that uploads these: an edit drops every one that is not listed. */
export function describeAttachments(ref: DiscordReplyRef, page: number, files: readonly MessageFile[]) {
  const kept = (ref.files ?? []).filter((file) => file.page === page);
  return [
    ...kept.map(({ attachmentId }) => ({ id: attachmentId })),
    ...files.map((file, index) => ({
      id: index,
      filename: fileName(file),
      ...(file.alt ? { description: file.alt.slice(0, altLength) } : {}),
    })),
  ];
}

export function toUploads(files: readonly MessageFile[]): readonly Upload[] {
  return files.map((file) => ({
    path: file.path,
    contentType: file.contentType,
    fileName: fileName(file),
    sizeBytes: file.sizeBytes,
  }));
}

/** The attachments that these files have become, as far as they can be told by their names. */
export function matchAttachments(
  files: readonly MessageFile[],
  attachments: readonly { readonly id: string; readonly filename: string }[],
): ReadonlyMap<string, string> {
  const free = [...attachments];
  const matched = new Map<string, string>();
  for (const file of files) {
    const at = free.findIndex((attachment) => attachment.filename === fileName(file));
    const [attachment] = at < 0 ? [] : free.splice(at, 1);
    if (attachment) matched.set(file.id, attachment.id);
  }
  return matched;
}

/** Discord replaces other characters by itself; a name that begins so is covered until it is clicked. */
function fileName(file: MessageFile): string {
  const name = file.name.replaceAll(/[^\w.-]+/g, '_');
  return file.spoiler ? `SPOILER_${name}` : name;
}
