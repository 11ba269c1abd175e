/** What writes replies: a writer for each, and the pacer that shares the lanes among them. */

import type { Message, Reply, ReplyRef } from '../chat.ts';

/** Writes one reply. */
export interface Writer {
  /** Shows this as soon as there is a slot, unless a newer message comes before. Returns at once; never throws. */
  show(message: Message): void;
  /**
   * Resolves when exactly this is shown, all of it; whatever `show` gets from now on is ignored. Throws ReplyGoneError
   * when it never can be, or the last reason after about a minute of failures; it may then be called again.
   */
  finish(message: Message): Promise<void>;
  /** Writes no more; a `finish` that is still waiting rejects. */
  close(): void;
}

export interface WriterHooks {
  /** After every write that returned, before the next one: the moment to store the ref. */
  onWritten?(ref: ReplyRef): Promise<void>;
}

/** Shares the slots of each lane among the replies in it. */
export interface Pacer {
  open(reply: Reply, hooks?: WriterHooks): Writer;
  /**
   * Before the process stops: writes what is newest in every reply, resolves when done or after `deadlineMs`, and closes those
   * of which something is still to be written: the next process does it.
   */
  flush(deadlineMs: number): Promise<void>;
  /** How often a platform has told us to slow down: each time is a defect. */
  readonly rateLimited: number;
}
