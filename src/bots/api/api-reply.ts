/** The reply of a run that a program asked for: nothing is shown while it lasts, and at its end the callback is sent, if any. */

import type { Reply, ReplyRef } from '../../core/chat.ts';
import { ReplyGoneError } from '../../core/errors.ts';

export interface ApiReplyRef extends ReplyRef {
  readonly surface: 'api';
  /** Of the invocation: the run is found by it. */
  readonly eventId: string;
  readonly keyName: string;
  /** Of the request's body: the same idempotency key with another one is a mistake. */
  readonly bodyHash: string;
  readonly callback?: string;
}

/** `notify` sends the callback of the run; the runner tries again when it throws. */
export function createApiReply(ref: ApiReplyRef, notify: (ref: ApiReplyRef) => Promise<void>): Reply {
  return {
    ref,
    // A callback goes out once; nobody else draws from this.
    lane: { key: ref.eventId, slots: 100, windowMs: 1000 },
    async write(_message, final) {
      if (final && ref.callback !== undefined) await notify(ref);
      return 'shown';
    },
  };
}

export function isApiReplyRef(ref: ReplyRef): ref is ApiReplyRef {
  return ref.surface === 'api' && typeof ref.eventId === 'string' && typeof ref.keyName === 'string';
}

/** What a stored ref that is not ours comes to. */
export function assertApiReplyRef(ref: ReplyRef): ApiReplyRef {
  if (isApiReplyRef(ref)) return ref;
  throw new ReplyGoneError('this reply was not asked for by a program');
}
