/** How often a person may start model commands, and how long each command rests; in memory, or shared over Redis. */

import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { UserError } from './errors.ts';

export interface RequestLimits {
  /** Counts one request. Throws UserError saying when to try again when the person has used up theirs or the command rests. */
  take(personId: string, command: string): Promise<void>;
  /** The person's request for this command was admitted: from now on it rests for them. */
  rest(personId: string, command: string): Promise<void>;
}

/** Part of every backend of rate-limiter-flexible. Throws RateLimiterRes alone. */
export type Limiter = Pick<RateLimiterAbstract, 'consume' | 'get'>;

/** Seconds that a window lasts, and how often something may be done in it; the name keeps counters apart. */
export interface LimiterWindow {
  readonly name: string;
  readonly points: number;
  readonly duration: number;
}

export interface RequestLimitsOptions {
  readonly count: number;
  readonly seconds: number;
  /** Seconds, by a command's name. */
  readonly cooldowns?: ReadonlyMap<string, number>;
  /** Counters that several processes share; in memory when absent. */
  readonly createLimiter?: (window: LimiterWindow) => Limiter;
}

export function createRequestLimits(options: RequestLimitsOptions): RequestLimits {
  const { count, seconds } = options;
  const create = options.createLimiter ?? ((window) => new RateLimiterMemory(window));
  const requests = create({ name: 'requests', points: count, duration: seconds });
  const cooldowns = new Map(
    Array.from(options.cooldowns ?? [], ([command, duration]) => [
      command,
      create({ name: `rest-${command}`, points: 1, duration }),
    ]),
  );
  return {
    async take(personId, command) {
      const resting = await cooldowns.get(command)?.get(personId);
      if (resting && resting.remainingPoints <= 0 && resting.msBeforeNext > 0) {
        const every = describeWait(options.cooldowns?.get(command) ?? 0);
        throw new UserError(
          `You can use \`/${command}\` once every ${every}. Try again in ${describeWaitMs(resting.msBeforeNext)}.`,
          'limit',
          resting.msBeforeNext,
        );
      }
      try {
        await requests.consume(personId);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        throw new UserError(
          `That was more than ${count} ${count === 1 ? 'request' : 'requests'} in ${describeWindow(seconds)}. Try again in ${describeWaitMs(refusal.msBeforeNext)}.`,
          'limit',
          refusal.msBeforeNext,
        );
      }
    },
    async rest(personId, command) {
      // Whoever asked twice in the same moment was admitted twice: the command rests all the same.
      await cooldowns
        .get(command)
        ?.consume(personId)
        .catch(() => undefined);
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

function describeWaitMs(ms: number): string {
  return describeWait(Math.max(1, Math.ceil(ms / 1000)));
}

function describeWait(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3600)} hours`;
}
