/** Platforms in simulated time: their limits, 60 ms for every request, 429s where a limit is exceeded, and what readers see. */

import type { Lane, Reply } from '../src/core/chat.ts';
import type { Clock } from '../src/core/clock.ts';
import { RateLimitedError } from '../src/core/errors.ts';
import { createPagedReply } from '../src/core/reply/paged-reply.ts';

export const LATENCY_MS = 60;

export interface Rules {
  readonly name: string;
  /** What a page of text may have. */
  readonly pageLength: number;
  /** For edits, and for new messages where they have no rate of their own. */
  readonly edits: Omit<Lane, 'key'>;
  readonly posts?: Omit<Lane, 'key'>;
}

/** Five writes in five seconds (reported of Discord); a page as long as src/bots/discord makes it. */
export const DISCORD: Rules = { name: 'Discord', pageLength: 1_610, edits: { slots: 5, windowMs: 5_000 } };

/** chat.update is Tier 3, 50 a minute in the workspace; chat.postMessage takes one a second in each channel (Slack). */
export const SLACK: Rules = {
  name: 'Slack',
  pageLength: 11_000,
  edits: { slots: 50, windowMs: 60_000 },
  posts: { slots: 1, windowMs: 1_000 },
};

export interface Platform {
  /** `onShown` gets what a reader sees of the whole reply, whenever that changes. */
  open(lane: string, channel: string, onShown: (pages: readonly string[]) => void): Reply;
  /** Requests that came too soon. */
  readonly refused: number;
  readonly requests: number;
}

export function createPlatform(rules: Rules, clock: Clock): Platform {
  const arrivals = new Map<string, number[]>();
  let refused = 0;
  let requests = 0;

  /** The platform counts a request halfway on its way. */
  async function request(lane: Lane): Promise<void> {
    requests++;
    await clock.sleep(LATENCY_MS / 2);
    const seen = (arrivals.get(lane.key) ?? []).filter((at) => at > clock.now() - lane.windowMs);
    arrivals.set(lane.key, seen);
    const isTooMuch = seen.length >= lane.slots;
    if (!isTooMuch) seen.push(clock.now());
    await clock.sleep(LATENCY_MS / 2);
    if (!isTooMuch) return;
    refused++;
    throw new RateLimitedError((seen[0] ?? 0) + lane.windowMs - clock.now());
  }

  return {
    open(key, channel, onShown) {
      const edits = { key: `${key} edits`, ...rules.edits };
      const posts = rules.posts ? { key: `${channel} posts`, ...rules.posts } : edits;
      const pages: string[] = [];
      const paged = createPagedReply({
        limit: rules.pageLength,
        async create({ text }, index) {
          await request(posts);
          pages[index] = text;
          onShown(pages);
          return String(index);
        },
        async edit(_, { text }, index) {
          await request(edits);
          pages[index] = text;
          onShown(pages);
        },
      });
      return {
        ref: { surface: 'web' },
        get lane() {
          return paged.begins ? posts : edits;
        },
        write: (message, final) => paged.write(message, final),
      };
    },
    get refused() {
      return refused;
    },
    get requests() {
      return requests;
    },
  };
}
