/** What counts the slots of shared lanes for simulated processes, in memory and by the test's clock. */

import type { Lane } from '../../../src/core/chat.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { SharedSlot, SharedSlots, SlotRequest } from '../../../src/core/reply/shared-slots.ts';

export interface BookMember extends SharedSlots {
  /** It does not reach the book: it counts by itself, and what it says of its slots is lost. */
  away: boolean;
  /** How often it has asked in vain. */
  readonly refusals: number;
  /** Its slots come back by themselves; nothing that it still says is heard. */
  die(): void;
}

interface Entry {
  readonly owner: object;
  readonly windowMs: number;
  readonly since: number;
  /** Undefined while its process, which is alive, has not said that the request was answered. */
  until: number | undefined;
}

interface Sharer {
  readonly weight: number;
  readonly until: number;
}

const SHARES_FOR_MS = 5000;
const OVERDUE_MS = 250;

/** `latencyMs` is asked for each way. */
export function createSharedBook(
  clock: Clock,
  { leaseMs = 20_000, latencyMs = () => 0 }: { leaseMs?: number; latencyMs?: () => number } = {},
): { join(): BookMember } {
  const lanes = new Map<string, { entries: Set<Entry>; readonly sharers: Map<object, Sharer> }>();

  function laneOf({ key }: Lane) {
    const lane = lanes.get(key) ?? { entries: new Set<Entry>(), sharers: new Map<object, Sharer>() };
    lanes.set(key, lane);
    const now = clock.now();
    for (const entry of lane.entries) if ((entry.until ?? Infinity) <= now) lane.entries.delete(entry);
    for (const [who, { until }] of lane.sharers) if (until <= now) lane.sharers.delete(who);
    return lane;
  }

  /** When it comes back, or may have. */
  const backAt = (entry: Entry) =>
    entry.until ?? Math.max(entry.since + entry.windowMs, clock.now() + OVERDUE_MS);

  function join(): BookMember {
    let dead = false;
    let refusals = 0;

    async function takeHere({ lane, count, weight }: SlotRequest) {
      const now = clock.now();
      const { entries, sharers } = laneOf(lane);
      const untils = [...entries].map(backAt).sort((one, other) => one - other);
      const theirs = [...entries].filter(({ owner }) => owner !== member);
      const others = {
        slots: theirs.map((entry) => ({ sinceMs: now - entry.since, forMs: backAt(entry) - now })),
        weight: [...sharers].reduce((sum, [who, each]) => sum + (who === member ? 0 : each.weight), 0),
      };
      sharers.set(member, { weight, until: now + lane.windowMs + SHARES_FOR_MS });
      if (untils.length >= count) {
        refusals++;
        return { retryMs: Math.max(1, (untils[untils.length - count] ?? now) - now), others };
      }
      const entry: Entry = { owner: member, windowMs: lane.windowMs, since: now, until: undefined };
      entries.add(entry);
      return { slot: createSlot(lane, entry), retryMs: 0, others };
    }

    function createSlot(lane: Lane, entry: Entry): SharedSlot {
      const say = (what: () => void) =>
        void clock.sleep(latencyMs()).then(() => {
          if (!dead && !member.away) what();
          else entry.until ??= clock.now() + leaseMs + lane.windowMs;
        });
      return {
        release: (leaves) =>
          say(() => {
            entry.until = clock.now() + lane.windowMs;
            if (leaves) laneOf(lane).sharers.delete(member);
          }),
        giveBack: () => say(() => laneOf(lane).entries.delete(entry)),
      };
    }

    const member: BookMember = {
      away: false,
      get refusals() {
        return refusals;
      },
      async take(request) {
        if (member.away || dead) return undefined;
        await clock.sleep(latencyMs());
        const answer = await takeHere(request);
        await clock.sleep(latencyMs());
        return answer;
      },
      die() {
        dead = true;
        for (const { entries } of lanes.values()) {
          for (const entry of entries) {
            if (entry.owner === member) entry.until ??= clock.now() + leaseMs + entry.windowMs;
          }
        }
      },
    };
    return member;
  }

  return { join };
}
