/** How calls for streams, statuses and sessions fail. Nothing here throws a client's error object. */

import { describeError } from '../../core/log.ts';
import { PostUncertainError } from './api.ts';
import { isUncertain, slackErrorCode, translateError } from './errors.ts';

/** Slack says no; `code` is its word for why, like `stopped_by_user`. */
export class StreamRefusedError extends Error {
  override readonly name = 'StreamRefusedError';
  readonly code: string;

  constructor(what: string, code: string) {
    super(`${what}: ${code}`);
    this.code = code;
  }
}

/** Throws StreamRefusedError, PostUncertainError when it may have worked, or RateLimitedError. */
export async function callStreaming<T>(what: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    const code = slackErrorCode(error);
    if (code !== undefined) throw new StreamRefusedError(what, code);
    if (isUncertain(error)) throw new PostUncertainError(`${what}: ${describeError(error)}`);
    throw translateError(error, what);
  }
}

/** Undefined when Slack refuses it: then there is nothing to be done any more. */
export async function unlessRefused<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof StreamRefusedError) return undefined;
    throw error;
  }
}
