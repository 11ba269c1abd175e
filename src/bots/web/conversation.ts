/** What a conversation on the web consists of, and the rules for its ids. */

import type { Message } from '../../core/chat.ts';

/** A file of an answer, in our own directory. */
export interface ShownFile {
  /** Its name in the directory and in its address. */
  readonly key: string;
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly alt?: string;
  readonly spoiler?: boolean;
}

/** A file that came with a question; its bytes are kept for a day. */
export interface AskedFile {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
}

export interface ShownMessage extends Omit<Message, 'files'> {
  readonly files?: readonly ShownFile[];
}

/** What stands above an answer. */
export interface Question {
  readonly text: string;
  readonly files?: readonly AskedFile[];
}

/** One question and the answer as it stands now: what is stored, and what the page shows. */
export interface Exchange {
  readonly replyId: string;
  readonly question: string;
  readonly askedFiles?: readonly AskedFile[];
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  readonly message: ShownMessage;
  readonly final: boolean;
  /** Grows with every change, also when another process goes on: about the time of the change. */
  readonly version: number;
}

/** Ids are made by the page (UUIDs) and end up in storage keys and URLs. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9-]{8,64}$/.test(value);
}
