/** Discord's buckets: so many requests per window and key, announced in headers, refused with 429 and `retry_after`. */

export interface RateLimits {
  /** Counts one request; says what its response must carry, and how long to wait if it came too soon. */
  take(bucket: string, key: string): { headers: Record<string, string>; retryAfterMs?: number };
  /** Counts one authorised request against the bot's 50 per second; how long to wait if there were more. */
  takeGlobal(): number | undefined;
  /** Refuses everything authorised from now on for so long, as if other requests had used the 50 up. */
  blockGlobally(ms: number): void;
}

export interface RateLimitOptions {
  /** Requests per window and bucket; default 5 per 5 s, as reported of Discord. */
  readonly slots?: number;
  readonly windowMs?: number;
  /** All that carries the bot's token; default 50. */
  readonly perSecond?: number;
}

interface Window {
  startedAt: number;
  used: number;
}

/** Windows begin with their first request, as Discord's do. */
export function createRateLimits(
  now: () => number,
  { slots = 5, windowMs = 5000, perSecond = 50 }: RateLimitOptions,
): RateLimits {
  const windows = new Map<string, Window>();
  let blockedUntil = 0;
  const count = (key: string, lengthMs: number): Window => {
    let window = windows.get(key);
    if (!window || now() >= window.startedAt + lengthMs) {
      window = { startedAt: now(), used: 0 };
      windows.set(key, window);
    }
    window.used += 1;
    return window;
  };
  return {
    take(bucket, key) {
      const window = count(`${bucket}:${key}`, windowMs);
      const resetMs = window.startedAt + windowMs - now();
      const headers = {
        'x-ratelimit-limit': String(slots),
        'x-ratelimit-remaining': String(Math.max(0, slots - window.used)),
        'x-ratelimit-reset': ((window.startedAt + windowMs) / 1000).toFixed(3),
        'x-ratelimit-reset-after': (resetMs / 1000).toFixed(3),
        'x-ratelimit-bucket': bucket,
      };
      return window.used > slots ? { headers, retryAfterMs: resetMs } : { headers };
    },
    takeGlobal() {
      if (now() < blockedUntil) return blockedUntil - now();
      const window = count('global', 1000);
      return window.used > perSecond ? window.startedAt + 1000 - now() : undefined;
    },
    blockGlobally(ms) {
      blockedUntil = now() + ms;
    },
  };
}
