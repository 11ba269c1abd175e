/** When a lane may be written to next: its free slots spent ahead, one of them kept for finals, fewer after a 429. */

import type { Lane } from '../chat.ts';
import { createLaneWindow } from './lane-window.ts';
import type { ActiveWish } from './paced-writer.ts';
import type { SlotAnswer, SlotRequest } from './shared-slots.ts';

export interface LanePace {
  readonly lane: Lane;
  /** The platform allows another rate than it did before. */
  learn(lane: Lane): void;
  /** When a write of this kind may start, `now` at the earliest. `hurried`: nothing will be written after it. */
  startAt(wish: ActiveWish, now: number, hurried: boolean): number;
  /** Which of the lane's slots a write of this kind may use: so many, the first ones. */
  count(wish: ActiveWish, now: number, hurried: boolean): number;
  /** What the processes that share the lane were asked, and their answer. */
  hear(request: SlotRequest, answer: SlotAnswer, now: number): void;
  /** The platform wants nothing before this moment. */
  readonly blockedUntil: number;
  /** Takes a slot for a write that starts now; the returned function is called when it is answered. */
  take(wish: ActiveWish, now: number): (answeredAt: number) => void;
  /** The platform refused a write: nothing before `retryAfterMs` have passed, and less for a while. */
  slowDown(now: number, retryAfterMs: number): void;
  /** Nothing is in use or held back, as in a lane that was never used. */
  isFresh(now: number): boolean;
}

/** What is left unused after a 429: this part of the slots, at least one, halved again after so many good windows. */
const FORGONE_PART = 0.25;
const GOOD_WINDOWS = 5;

/**
 * Interim writes leave one of the window's slots to finals (where it has more than one). Their distance is what can be
 * kept up for ever, times the part of the slots that is in use: a lane that was idle is written to as often as its one
 * reply can take, ever less often as the slots go, and in the end evenly. Replies that share the lane share the rate. A
 * first text need not keep the distance, a final may use every slot. Processes that share the lane divide its rate by
 * how many replies of each want something of it.
 */
export function createLanePace(first: Lane): LanePace {
  let lane = first;
  const window = createLaneWindow(() => lane);
  let blockedUntil = 0;
  /** The last start of a write that was not final. */
  let lastAt: number | undefined;
  /** From 0, in a hurry, to 1, even: what the next distance is to be. */
  let restraint = 1;
  let forgone = 0;
  let lowerUntil = 0;
  /** How many times the distance of all processes is this one's own. */
  let sharers = 1;

  function slots(now: number): number {
    while (forgone > 0 && now >= lowerUntil) {
      forgone >>= 1;
      lowerUntil += GOOD_WINDOWS * lane.windowMs;
    }
    return Math.max(1, lane.slots - forgone);
  }

  const interimSlots = (now: number) => Math.max(1, slots(now) - 1);
  const count = (wish: ActiveWish, now: number, hurried: boolean) =>
    wish === 'final' || hurried ? slots(now) : interimSlots(now);

  return {
    get lane() {
      return lane;
    },
    learn(learned) {
      // Who names another number of slots knows better than our caution.
      if (learned.slots !== lane.slots) forgone = 0;
      lane = learned;
    },
    count,
    startAt(wish, now, hurried) {
      const most = count(wish, now, hurried);
      const free = Math.max(blockedUntil, window.freeAt(now, most));
      if (wish !== 'interim' || hurried || lastAt === undefined) return free;
      return Math.max(free, lastAt + sharers * restraint * window.evenGapMs(now, lastAt, most));
    },
    hear({ count: asked, weight }, answer, now) {
      window.hear(answer, asked, now);
      sharers = 1 + answer.others.weight / weight;
    },
    get blockedUntil() {
      return blockedUntil;
    },
    take(wish, now) {
      const release = window.take(now);
      if (wish !== 'final') {
        lastAt = now;
        restraint = Math.min(1, (window.inUse(now) + 1) / interimSlots(now));
      }
      return release;
    },
    slowDown(now, retryAfterMs) {
      blockedUntil = Math.max(blockedUntil, now + retryAfterMs);
      forgone = Math.min(lane.slots - 1, forgone + Math.max(1, Math.floor(slots(now) * FORGONE_PART)));
      lowerUntil = blockedUntil + GOOD_WINDOWS * lane.windowMs;
    },
    isFresh: (now) => blockedUntil <= now && lowerUntil <= now && window.inUse(now) === 0,
  };
}
