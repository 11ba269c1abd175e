/** What a conversation on the web consists of, and the rules for its ids. */

import type { Message } from '../../core/chat.ts';

/** One question and the answer as it stands now: what is stored, and what the page shows. */
export interface Exchange {
  readonly replyId: string;
  readonly question: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  readonly message: Message;
  readonly final: boolean;
  /** Grows with every change, also when another process goes on: about the time of the change. */
  readonly version: number;
}

/** Ids are made by the page (UUIDs) and end up in storage keys and URLs. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9-]{8,64}$/.test(value);
}
