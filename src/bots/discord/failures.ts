/** What Discord's refusals mean for us: slow down, gone for good, token too old, or just an error to try again. */

import { DiscordAPIError, HTTPError, RateLimitError, RESTJSONErrorCodes } from 'discord.js';
import { RateLimitedError, ReplyGoneError } from '../../core/errors.ts';
import { describeError } from '../../core/log.ts';
import { UnreadableFileError } from './message-api.ts';

const gone: readonly (number | string)[] = [
  RESTJSONErrorCodes.UnknownMessage,
  RESTJSONErrorCodes.UnknownChannel,
  RESTJSONErrorCodes.UnknownGuild,
  RESTJSONErrorCodes.MissingAccess,
  RESTJSONErrorCodes.MissingPermissions,
  RESTJSONErrorCodes.CannotSendMessagesToThisUser,
  RESTJSONErrorCodes.ThreadLocked,
];

/** 50027 and 10015: an interaction's token is past its 15 minutes, and Discord has closed its webhook. */
export function isTokenExpired(error: unknown): boolean {
  if (!(error instanceof DiscordAPIError)) return false;
  return (
    error.code === RESTJSONErrorCodes.InvalidWebhookToken || error.code === RESTJSONErrorCodes.UnknownWebhook
  );
}

/** Whether Discord, rather than the way to it, said no for good: trying the same again would be refused again. */
export function isRefused(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.status >= 400 && error.status < 500;
}

/** Whether Discord certainly did nothing: it refused, or was never asked. */
export function isNotTaken(error: unknown): boolean {
  return (
    isRefused(error) ||
    error instanceof RateLimitError ||
    error instanceof RateLimitedError ||
    error instanceof UnreadableFileError
  );
}

/** Whether Discord may take the same message without its files: something is wrong with them, or they may not be attached. */
export function isUploadRefused(error: unknown): boolean {
  if (!(error instanceof DiscordAPIError) || isTooOldToEdit(error) || isOutOfFollowUps(error)) return false;
  return error.status === 400 || error.code === RESTJSONErrorCodes.MissingPermissions;
}

/** A message was refused for its files; without them it may be taken. */
export class UploadRefusedError extends Error {
  override readonly name = 'UploadRefusedError';

  constructor(why: unknown) {
    super(describeRefusal(why));
  }
}

/** 413, or 40005: what was to be uploaded is more than Discord takes there. */
export function isTooLarge(error: unknown): boolean {
  if (error instanceof HTTPError) return error.status === 413;
  return (
    error instanceof DiscordAPIError &&
    (error.status === 413 || error.code === RESTJSONErrorCodes.RequestEntityTooLarge)
  );
}

/** 30046: a message that is more than an hour old was edited as often as Discord allows. Until when it does not say. */
export function isTooOldToEdit(error: unknown): boolean {
  return (
    error instanceof DiscordAPIError &&
    error.code === RESTJSONErrorCodes.MaximumNumberOfEditsToMessagesOlderThanOneHourReached
  );
}

/** 40094: where the bot is a guest (user install), an interaction may have only five follow-ups. */
export function isOutOfFollowUps(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.code === tooManyFollowUps;
}
const tooManyFollowUps = 40_094;

/**
 * The error as the core knows it. Never the SDK's own object: that carries the request, whose path can hold a token.
 */
export function toCoreError(error: unknown): Error {
  if (error instanceof RateLimitedError || error instanceof ReplyGoneError) return error;
  if (error instanceof UnreadableFileError || error instanceof UploadRefusedError)
    return new Error(error.message);
  if (error instanceof RateLimitError) return new RateLimitedError(Math.max(0, Math.ceil(error.retryAfter)));
  if (error instanceof DiscordAPIError) {
    const why = describeRefusal(error);
    return gone.includes(error.code) ? new ReplyGoneError(why) : new Error(why);
  }
  return new Error(describeRefusal(error));
}

function describeRefusal(error: unknown): string {
  if (error instanceof DiscordAPIError)
    return `Discord refused with ${error.status}, code ${error.code}: ${error.message}`;
  if (error instanceof HTTPError) return `Discord failed with ${error.status}`;
  return `Discord can't be reached: ${describeError(error)}`;
}
