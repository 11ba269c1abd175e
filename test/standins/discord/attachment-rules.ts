/** What Discord demands of uploads: their number and size, and that an edit names what it uploads and what it keeps. */

import { asArray, asObject, invalidForm, type Json, onlyKnown, Refusal } from './refusal.ts';

/** A file part of a form, `files[index]`. */
export interface UploadedFile {
  readonly index: number;
  readonly id: string;
  readonly url: string;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const mostFiles = 10;
const requestBytes = 25 * 1024 * 1024;

function entityTooLarge(): Refusal {
  return new Refusal(413, 40005, 'Request entity too large');
}

export function checkRequestSize(bytes: number): void {
  if (bytes > requestBytes) throw entityTooLarge();
}

/**
 * The attachments that the message has then. Without a list the new ones are added to the old ones; with one, what it does
 * not name is dropped.
 */
export function readAttachments(
  listed: unknown,
  before: readonly Json[],
  files: readonly UploadedFile[],
  maxFileBytes: number,
): readonly Json[] {
  if (files.some((file) => file.bytes.length > maxFileBytes)) throw entityTooLarge();
  const names = new Set(files.map((file) => file.index));
  if (names.size !== files.length) throw invalidForm('files', 'a file part came twice');
  const entries = asArray(listed, 'attachments').map((each) => asObject(each, 'attachments'));
  for (const entry of entries) {
    onlyKnown(entry, ['id', 'filename', 'description', 'title', 'duration_secs', 'waveform', 'is_spoiler']);
    if (String(entry.description ?? '').length > 1024)
      throw invalidForm('attachments', 'Must be 1024 or fewer in length.');
    const known = names.has(Number(entry.id)) || before.some((each) => each.id === String(entry.id));
    if (!known) throw invalidForm('attachments', `the attachment ${entry.id} is neither uploaded nor there`);
  }
  const kept =
    listed === undefined
      ? before
      : before.filter((each) => entries.some((entry) => String(entry.id) === each.id));
  const added = files.map((file): Json => {
    const entry = entries.find((each) => Number(each.id) === file.index);
    return {
      id: file.id,
      filename: String(entry?.filename ?? file.filename),
      size: file.bytes.length,
      url: file.url,
      proxy_url: file.url,
      content_type: file.contentType,
      ...(entry?.description ? { description: entry.description } : {}),
    };
  });
  const all = [...kept, ...added];
  if (all.length > mostFiles) throw invalidForm('attachments', 'Must be 10 or fewer in length.');
  return all;
}
