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
    ...expiry(file.url),
  };
}

/** A signed link says its end in hexadecimal seconds (Discord, "Signed Attachment CDN URLs"). */
function expiry(url: string): Pick<Attachment, 'expiresAt'> {
  const seconds = /[?&]ex=([0-9a-f]{8})(?:&|$)/.exec(url)?.[1];
  return seconds === undefined ? {} : { expiresAt: Number.parseInt(seconds, 16) * 1000 };
}
