/** Brings one reply from message to message: the newest one only, one write at a time, the last one until it is there. */

import type { Lane, Message, Reply } from '../chat.ts';
import type { Clock } from '../clock.ts';
import { RateLimitedError, ReplyGoneError } from '../errors.ts';
import { describeError, type Log } from '../log.ts';
import { sameMessage } from './same-message.ts';
import type { Writer, WriterHooks } from './writer.ts';

/** What a writer wants of its lane. `first`: it has no text on show yet. */
export type Wish = 'none' | ActiveWish;
export type ActiveWish = 'interim' | 'first' | 'final';

/** A writer as the pacer sees it. */
export interface PacedWriter extends Writer {
  readonly lane: Lane;
  readonly wish: Wish;
  /** Finished, closed or gone: will never wish for anything again. */
  readonly over: boolean;
  /** A write is in flight. */
  readonly busy: boolean;
  /** No write before this moment: the last one failed. */
  readonly notBefore: number;
  /** Since when the oldest of what is not on show has waited; of a final, since `finish` was called. */
  readonly waitingSince: number;
  /** One `Reply.write` of the newest message. Throws RateLimitedError alone, after which the wish is as before. */
  write(): Promise<void>;
}

interface WriterOptions {
  readonly reply: Reply;
  readonly hooks: WriterHooks;
  readonly clock: Clock;
  readonly log?: Log | undefined;
  /** Called when the wish has changed. */
  readonly onWish: () => void;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;
const GIVE_UP_AFTER_MS = 60_000;

/** A writer that writes only when the pacer tells it to. */
export function createWriter({ reply, hooks, clock, log, onWish }: WriterOptions): PacedWriter {
  let newest: Message | undefined;
  /** What is completely shown. */
  let shown: Message | undefined;
  let written = false;
  let textWritten = false;
  let finishing: { resolve(): void; reject(error: unknown): void } | undefined;
  let over: Error | undefined;
  let busy = false;
  let failures = 0;
  let failingSince = 0;
  let notBefore = 0;
  let waitingSince = clock.now();
  /** When the first message came that the write in flight does not show. */
  let missedSince: number | undefined;

  function wish(): Wish {
    if (over || !newest) return 'none';
    if (finishing) return 'final';
    if (shown && sameMessage(shown, newest)) return 'none';
    return !written || (!textWritten && newest.text !== '') ? 'first' : 'interim';
  }

  function stop(reason: Error): void {
    over ??= reason;
    finishing?.reject(over);
    finishing = undefined;
  }

  function succeeded(message: Message, final: boolean, outcome: 'shown' | 'more', startedAt: number): void {
    written = true;
    if (!finishing) waitingSince = (outcome === 'shown' ? missedSince : undefined) ?? startedAt;
    if (message.text !== '') textWritten = true;
    failures = 0;
    shown = outcome === 'shown' ? message : undefined;
    if (final && outcome === 'shown' && message === newest) {
      finishing?.resolve();
      finishing = undefined;
      over ??= new Error('the reply is finished');
    }
  }

  /** Whatever was shown is now uncertain. */
  function failed(error: unknown, final: boolean): void {
    shown = undefined;
    if (error instanceof RateLimitedError) throw error;
    if (error instanceof ReplyGoneError) {
      stop(error);
      return;
    }
    const now = clock.now();
    if (failures === 0) failingSince = now;
    notBefore = now + Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
    failures++;
    log?.warn({ reason: describeError(error), final, failures }, 'a reply could not be written');
    if (!final || now - failingSince < GIVE_UP_AFTER_MS) return;
    finishing?.reject(error);
    finishing = undefined;
  }

  async function saveRef(): Promise<void> {
    try {
      await hooks.onWritten?.(reply.ref);
    } catch (error) {
      log?.error({ reason: describeError(error) }, 'where a reply stands could not be stored');
    }
  }

  return {
    get lane() {
      return reply.lane;
    },
    get wish() {
      return wish();
    },
    get over() {
      return over !== undefined;
    },
    get busy() {
      return busy;
    },
    get notBefore() {
      return notBefore;
    },
    get waitingSince() {
      return waitingSince;
    },
    show(message) {
      if (over || finishing) return;
      const before = wish();
      newest = message;
      if (busy) missedSince ??= clock.now();
      else if (before === 'none') waitingSince = clock.now();
      if (wish() !== before) onWish();
    },
    finish(message) {
      if (over) return Promise.reject(over);
      finishing?.reject(new Error('finished anew'));
      newest = message;
      failures = 0;
      notBefore = 0;
      waitingSince = clock.now();
      return new Promise((resolve, reject) => {
        finishing = { resolve, reject };
        onWish();
      });
    },
    close() {
      stop(new Error('the reply was closed'));
      onWish();
    },
    async write() {
      if (!newest || over) return;
      const message = newest;
      const final = finishing !== undefined;
      const startedAt = clock.now();
      busy = true;
      missedSince = undefined;
      try {
        const outcome = await reply.write(message, final);
        await saveRef();
        succeeded(message, final, outcome, startedAt);
      } catch (error) {
        failed(error, final);
      } finally {
        busy = false;
      }
    },
  };
}
