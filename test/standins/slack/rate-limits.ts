/** Slack's rate tiers, as sliding windows: what is above them gets HTTP 429 with `Retry-After` in whole seconds. */

interface RateRule {
  readonly slots: number;
  readonly windowMs: number;
}

export interface RateLimits {
  /** Counts one request; how many seconds to wait if it came too soon. A refused one takes no slot. */
  take(method: string, channel: string): number | undefined;
}

/** Tier 2, 3 and 4 per method and workspace; chat.postMessage 1/s per channel with a short burst. `scale` widens them all. */
function rulesFor(method: string, scale: number): RateRule {
  const perMinute = (slots: number): RateRule => ({ slots: slots * scale, windowMs: 60_000 });
  switch (method) {
    case 'chat.postMessage':
      return { slots: 5 * scale, windowMs: 5000 };
    case 'chat.startStream':
    case 'chat.stopStream':
    case 'usergroups.list':
      return perMinute(20);
    case 'agents.sessions.setStatus':
    case 'conversations.open':
    case 'chat.update':
    case 'chat.delete':
    case 'reactions.add':
    case 'conversations.replies':
    case 'conversations.history':
    case 'conversations.info':
      return perMinute(50);
    // Tier 4, and the special limit of assistant.threads.setStatus, which Slack does not name.
    default:
      return perMinute(100);
  }
}

export function createRateLimits(now: () => number, scale: number): RateLimits {
  const taken = new Map<string, number[]>();
  return {
    take(method, channel) {
      const rule = rulesFor(method, scale);
      const key = method === 'chat.postMessage' ? `${method}:${channel}` : method;
      const times = (taken.get(key) ?? []).filter((time) => time > now() - rule.windowMs);
      taken.set(key, times);
      const oldest = times[0];
      if (times.length >= rule.slots && oldest !== undefined) {
        return Math.max(1, Math.ceil((oldest + rule.windowMs - now()) / 1000));
      }
      times.push(now());
      return undefined;
    },
  };
}
