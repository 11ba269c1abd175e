/** How many model commands a person may start in a while; counted in memory, or in Redis when several processes share it. */

import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { UserError } from './errors.ts';

export interface RequestLimits {
  /** Counts one request. Throws UserError saying when to try again when the person has used up theirs. */
  take(personId: string): Promise<void>;
}

export interface RequestLimitsOptions {
  readonly count: number;
  readonly seconds: number;
  /** Another backend of rate-limiter-flexible; memory when absent. */
  readonly limiter?: RateLimiterAbstract;
}

export function createRequestLimits(options: RequestLimitsOptions): RequestLimits {
  const limiter =
    options.limiter ?? new RateLimiterMemory({ points: options.count, duration: options.seconds });
  return {
    async take(personId) {
      try {
        await limiter.consume(personId);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
        throw new UserError(
          `That was more than ${options.count} requests in ${describeWindow(options.seconds)}. Try again in ${describeWait(seconds)}.`,
        );
      }
    },
  };
}

function describeWindow(seconds: number): string {
  switch (seconds) {
    case 1:
      return 'a second';
    case 60:
      return 'a minute';
    case 3600:
      return 'an hour';
    default:
      return 'a day';
  }
}

function describeWait(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3600)} hours`;
}
