/** Counts a lane's slots over a sliding window, so that the platform never sees more requests in one than it allows. */

import type { Lane } from '../chat.ts';
import type { SlotAnswer } from './shared-slots.ts';

export interface LaneWindow {
  /** Takes a slot from now until `windowMs` after the returned function says that the answer has come. */
  take(now: number): (answeredAt: number) => void;
  /** What was said when one of the first `count` slots was asked for. Each answer takes the place of the one before. */
  hear(answer: SlotAnswer, count: number, now: number): void;
  /** Slots that are not free again yet, those of other processes included. */
  inUse(now: number): number;
  /**
   * When one of the first `count` slots is free as far as is known here, `now` at the earliest; Infinity while that hangs
   * on an open request of this process.
   */
  freeAt(now: number, count: number): number;
  /**
   * The shortest distance of requests, of all processes together, that can be kept up for ever with `count` slots after
   * a request at `since`: the free ones and those that come back are then used up evenly, none is waited for.
   */
  evenGapMs(now: number, since: number, count: number): number;
}

interface Slot {
  readonly since: number;
  until: number;
}

/**
 * A slot counts from the request's start to a window after its answer: the platform counted the request somewhere in
 * between, so that no window of its own can hold more than `slots` of them, however long each was on its way.
 */
export function createLaneWindow(lane: () => Lane): LaneWindow {
  /** The slots in use: since when, and when each is free again. */
  let taken: Slot[] = [];
  /** Those of other processes, as far as they were heard of. */
  let others: readonly Slot[] = [];
  let refused = { count: 0, until: 0 };

  function inUse(now: number): readonly Slot[] {
    taken = taken.filter((slot) => slot.until > now);
    if (others.length === 0) return taken;
    others = others.filter((slot) => slot.until > now);
    return [...taken, ...others];
  }

  return {
    take(now) {
      const slot = { since: now, until: Number.POSITIVE_INFINITY };
      taken.push(slot);
      return (answeredAt) => {
        slot.until = answeredAt + lane().windowMs;
      };
    },
    hear(answer, count, now) {
      others = answer.others.slots.map(({ sinceMs, forMs }) => ({
        since: now - sinceMs,
        until: now + forMs,
      }));
      refused = { count: answer.slot ? 0 : count, until: now + answer.retryMs };
    },
    inUse: (now) => inUse(now).length,
    freeAt(now, count) {
      const untils = sorted(inUse(now).map((slot) => slot.until));
      const freeAt = untils.length < count ? now : (untils[untils.length - count] ?? now);
      return count <= refused.count ? Math.max(freeAt, refused.until) : freeAt;
    },
    evenGapMs(now, since, count) {
      const { windowMs } = lane();
      // A request still open gives its slot back a window after its start at the earliest.
      const backs = sorted(inUse(now).map((slot) => Math.min(slot.until, slot.since + windowMs)));
      // What others have started since then is no longer free.
      const latest = others.reduce((last, slot) => Math.max(last, slot.since), since);
      const free = count - backs.length;
      let gapMs = 0;
      for (const [index, backAt] of backs.entries()) {
        const requests = free + index + 1;
        if (requests > 0) gapMs = Math.max(gapMs, (backAt - latest) / requests);
      }
      return gapMs;
    },
  };
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((one, other) => one - other);
}
