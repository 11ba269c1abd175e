/** Requests counted over the last minute, refused ones included, as Replicate is reported to count them. */

export interface RateLimit {
  /** Counts one request. Seconds to wait when it is one too many, otherwise undefined. */
  take(perMinute: number): number | undefined;
}

const windowMs = 60_000;

export function createRateLimit(now: () => number): RateLimit {
  let taken: number[] = [];
  return {
    take(perMinute) {
      const time = now();
      taken = taken.filter((at) => at > time - windowMs);
      taken.push(time);
      const blocking = taken[taken.length - 1 - perMinute];
      if (blocking === undefined) return undefined;
      return Math.max(1, Math.ceil((blocking + windowMs - time) / 1000));
    },
  };
}
