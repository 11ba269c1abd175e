/** Counts a lane's slots over a sliding window, so that the platform never sees more requests in one than it allows. */

import type { Lane } from '../chat.ts';

export interface LaneWindow {
  /** Takes a slot from now until `windowMs` after the returned function says that the answer has come. */
  take(): (answeredAt: number) => void;
  /** Slots that are not free again yet. */
  inUse(now: number): number;
  /** When one of the first `count` slots is free, `now` at the earliest; Infinity while that hangs on an open request. */
  freeAt(now: number, count: number): number;
  /**
   * The shortest distance of requests that can be kept up for ever with `count` slots after a request at `since`: the free
   * ones and those that come back are then used up evenly, none is waited for.
   */
  evenGapMs(now: number, since: number, count: number): number;
}

/**
 * A slot counts from the request's start to a window after its answer: the platform counted the request somewhere in
 * between, so that no window of its own can hold more than `slots` of them, however long each was on its way.
 */
export function createLaneWindow(lane: () => Lane): LaneWindow {
  /** When each slot in use is free again. */
  let taken: { until: number }[] = [];

  /** Those still in use, the first to come back first. */
  function untils(now: number): number[] {
    taken = taken.filter((slot) => slot.until > now);
    return taken.map((slot) => slot.until).sort((one, other) => one - other);
  }

  return {
    take() {
      const slot = { until: Number.POSITIVE_INFINITY };
      taken.push(slot);
      return (answeredAt) => {
        slot.until = answeredAt + lane().windowMs;
      };
    },
    inUse(now) {
      return untils(now).length;
    },
    freeAt(now, count) {
      const inUse = untils(now);
      return inUse.length < count ? now : (inUse[inUse.length - count] ?? now);
    },
    evenGapMs(now, since, count) {
      const inUse = untils(now);
      const free = count - inUse.length;
      let gapMs = 0;
      for (const [index, until] of inUse.entries()) {
        const requests = free + index + 1;
        // A request still open gives its slot back a window from now at the earliest.
        const backAt = Math.min(until, now + lane().windowMs);
        if (requests > 0) gapMs = Math.max(gapMs, (backAt - since) / requests);
      }
      return gapMs;
    },
  };
}
