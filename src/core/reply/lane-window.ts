/** Counts a lane's slots over a sliding window, so that the platform never sees more requests in one than it allows. */

import type { Lane } from '../chat.ts';

export interface LaneWindow {
  /** Takes a slot from now until `windowMs` after the returned function says that the answer has come. */
  take(): (answeredAt: number) => void;
  /** Slots that are not free again yet. */
  inUse(now: number): number;
  /** When one of the first `count` slots is free, `now` at the earliest; Infinity while that hangs on an open request. */
  freeAt(now: number, count: number): number;
}

/**
 * A slot counts from the request's start to a window after its answer: the platform counted the request somewhere in
 * between, so that no window of its own can hold more than `slots` of them, however long each was on its way.
 */
export function createLaneWindow(lane: () => Lane): LaneWindow {
  /** When each slot in use is free again. */
  let taken: { until: number }[] = [];
  return {
    take() {
      const slot = { until: Number.POSITIVE_INFINITY };
      taken.push(slot);
      return (answeredAt) => {
        slot.until = answeredAt + lane().windowMs;
      };
    },
    inUse(now) {
      taken = taken.filter((slot) => slot.until > now);
      return taken.length;
    },
    freeAt(now, count) {
      taken = taken.filter((slot) => slot.until > now);
      const untils = taken.map((slot) => slot.until).sort((one, other) => one - other);
      return untils.length < count ? now : (untils[untils.length - count] ?? now);
    },
  };
}
