/** A file of Discord's as the core knows it. */

import type { Attachment } from '../../core/chat.ts';

/** Discord's links are open to everybody until they expire, so there is nothing to fetch for others. */
export function readAttachment(file: {
  readonly name: string;
  readonly url: string;
  readonly contentType: string | null;
  readonly size: number;
  readonly duration: number | null;
}): Attachment {
  return {
    name: file.name,
    url: file.url,
    ...(file.contentType === null ? {} : { contentType: file.contentType }),
    sizeBytes: file.size,
    ...(file.duration === null ? {} : { durationSeconds: file.duration }),
  };
}
