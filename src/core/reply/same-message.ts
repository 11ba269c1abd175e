/** Whether two messages show the same, so that nothing need be written. */

import type { Message } from '../chat.ts';

export function sameMessage(one: Message, other: Message): boolean {
  if (one === other) return true;
  return (
    one.text === other.text &&
    one.status === other.status &&
    one.footnote === other.footnote &&
    JSON.stringify(one.buttons ?? []) === JSON.stringify(other.buttons ?? []) &&
    JSON.stringify(one.files ?? []) === JSON.stringify(other.files ?? [])
  );
}
