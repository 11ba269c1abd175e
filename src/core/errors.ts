/** Errors split by whose fault they are: the person's (UserError), the operator's (OperatorError); the rest are bugs. */

/** What a request was refused for, for programs: those cannot read the sentence. */
export type UserErrorKind = 'input' | 'unknown' | 'forbidden' | 'budget' | 'limit';

/** Something a person can put right. The message is shown to them as it stands: what is wrong, and what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly kind: UserErrorKind;
  /** When the same may be asked again, where that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, kind: UserErrorKind = 'input', retryAfterMs?: number) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Something only the operator can put right (a refused token, an empty account). `message` is for the log and holds the
 * exact reason but never a secret; `forPerson` is the sentence that the person who asked gets to see.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly forPerson: string;

  constructor(message: string, forPerson: string) {
    super(message);
    this.forPerson = forPerson;
  }
}

/** The platform told us to slow down. A surface's `write` throws it; the pacer holds the lane and tries again. */
export class RateLimitedError extends Error {
  override readonly name = 'RateLimitedError';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(`rate limited for ${retryAfterMs} ms`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The message can never be written again (deleted, channel gone, bot removed). The run is still settled; the reply is given up. */
export class ReplyGoneError extends Error {
  override readonly name = 'ReplyGoneError';
}
