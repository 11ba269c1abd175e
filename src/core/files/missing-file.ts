/** What an answer says of a file that it does not show. */

import type { MessageFile } from '../chat.ts';

/** Markdown: the file's name, where it can be had while it lasts, and why it is not attached (a sentence, or nothing). */
export function describeMissing({ name, link }: Pick<MessageFile, 'name' | 'link'>, reason: string): string {
  const why = reason === '' ? '' : ` ${reason}`;
  if (!link) return `${name}:${why || ' It cannot be attached here.'}`;
  return `${name}: ${link.url}${why} The link works until ${describeTime(link.expiresAt)}.`;
}

/** `17:20 UTC`. */
function describeTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 16)} UTC`;
}
