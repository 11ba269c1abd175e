/** Slack's errors → ours. What is thrown on never is or holds a client's error object. */

import webApi from '@slack/web-api';
import { OperatorError, RateLimitedError, ReplyGoneError } from '../../core/errors.ts';
import { describeError } from '../../core/log.ts';

const GONE = new Set([
  'message_not_found',
  'channel_not_found',
  'is_archived',
  'cant_update_message',
  'not_in_channel',
  'thread_not_found',
  'user_not_in_channel',
  'restricted_action',
]);

const REFUSED_CREDENTIALS = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'missing_scope',
  'no_permission',
  'app_not_installed',
]);

const FOR_PERSON = 'I have lost my connection to Slack. Please tell whoever runs me.';

/** A message cannot be edited while it is being streamed. */
export class StillStreamingError extends Error {
  override readonly name = 'StillStreamingError';
}

/** Slack's own word for what is wrong, like `not_in_channel`; undefined when it was not Slack that refused. */
export function slackErrorCode(error: unknown): string | undefined {
  return error instanceof webApi.WebAPIPlatformError ? error.data.error : undefined;
}

/** True when the request may have been carried out although no answer came. */
export function isUncertain(error: unknown): boolean {
  return error instanceof webApi.WebAPIRequestError || error instanceof webApi.WebAPIHTTPError;
}

/** RateLimitedError, ReplyGoneError, StillStreamingError and OperatorError where they fit; else a plain error with the same words. */
export function translateError(error: unknown, what: string): Error {
  if (error instanceof webApi.WebAPIRateLimitedError) return new RateLimitedError(error.retryAfter * 1000);
  const code = slackErrorCode(error);
  if (code === 'streaming_state_conflict') return new StillStreamingError(`${what}: ${code}`);
  if (code !== undefined && GONE.has(code)) return new ReplyGoneError(`${what}: ${code}`);
  if (code !== undefined && REFUSED_CREDENTIALS.has(code)) {
    return new OperatorError(`Slack refused ${what}: ${code}`, FOR_PERSON);
  }
  return new Error(`${what} failed: ${describeError(error)}`);
}
