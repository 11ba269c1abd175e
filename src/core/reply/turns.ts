/** Requests that a platform counts together, whatever lanes they draw from; for all processes where there are several. */

import type { Lane } from '../chat.ts';
import type { Clock } from '../clock.ts';
import { createLaneWindow } from './lane-window.ts';
import type { SharedSlot, SharedSlots } from './shared-slots.ts';

export interface Turns {
  /** How many are free right now, as far as is known here. */
  readonly free: number;
  /**
   * Makes the request in its turn: at once if one is free, else behind those that wait; a final write's behind other finals
   * only. Rejects as the request does.
   */
  take<T>(request: () => Promise<T>, final?: boolean): Promise<T>;
  /** Makes it if more than `kept` are free and nobody waits; else resolves with undefined, and it is not made. */
  takeNow<T>(request: () => Promise<T>, kept?: number): Promise<{ readonly result: T } | undefined>;
}

export interface TurnsOptions {
  /** What is counted; asked for each time, since a bot learns who it is only when it is connected. */
  readonly lane: () => Lane;
  readonly clock: Clock;
  readonly slots?: SharedSlots | undefined;
}

type Release = (answeredAt: number) => void;

interface Waiting {
  readonly final: boolean;
  /** Of the turns, how many may be taken for it. */
  readonly count: number;
  /** Does not wait: undefined when there is none for it. */
  readonly patient: boolean;
  readonly admit: (release: Release | undefined) => void;
}

/** A turn is taken from the request's start to a window after its answer (`lane-window.ts` says why). */
export function createTurns({ lane, clock, slots }: TurnsOptions): Turns {
  const window = createLaneWindow(lane);
  /** Finals first. */
  const waiting: Waiting[] = [];
  let asleep = false;
  let asking = false;

  function admit(): void {
    while (!asking) {
      const [next] = waiting;
      if (!next) return;
      const now = clock.now();
      const at = window.freeAt(now, next.count);
      if (at > now && next.patient) {
        wakeAfter(at - now);
        return;
      }
      if (at > now) leave(next, undefined);
      else if (slots && lane().shared) void ask(next, slots);
      else leave(next, window.take(now));
    }
  }

  function leave(one: Waiting, release: Release | undefined): void {
    waiting.splice(waiting.indexOf(one), 1);
    one.admit(release);
  }

  async function ask({ count }: Waiting, shared: SharedSlots): Promise<void> {
    asking = true;
    const answer = await shared.take({ lane: lane(), count, weight: 1 });
    asking = false;
    const now = clock.now();
    if (answer) window.hear(answer, count, now);
    // Whoever has come to stand first in the meantime goes first.
    const [next] = waiting;
    const mayUse = next && next.count >= count;
    if (mayUse && (!answer || answer.slot)) leave(next, together(window.take(now), answer?.slot));
    else answer?.slot?.giveBack();
    admit();
  }

  /** Not at all where that hangs on an open request: its answer wakes the next one. */
  function wakeAfter(ms: number): void {
    if (asleep || ms === Number.POSITIVE_INFINITY) return;
    asleep = true;
    void clock.sleep(ms).then(() => {
      asleep = false;
      admit();
    });
  }

  /** Its turn; undefined when there is none for one that does not wait. */
  function enter(how: Omit<Waiting, 'admit'>): Promise<Release | undefined> {
    return new Promise((resolve) => {
      const behind = waiting.findIndex(({ final }) => how.final && !final);
      waiting.splice(behind < 0 ? waiting.length : behind, 0, { ...how, admit: resolve });
      admit();
    });
  }

  async function make<T>(request: () => Promise<T>, release: Release | undefined): Promise<T> {
    try {
      return await request();
    } finally {
      release?.(clock.now());
      admit();
    }
  }

  return {
    get free() {
      return lane().slots - window.inUse(clock.now());
    },
    async take(request, final = false) {
      return make(request, await enter({ final, count: lane().slots, patient: true }));
    },
    async takeNow(request, kept = 0) {
      if (waiting.some(({ patient }) => patient)) return undefined;
      const release = await enter({ final: false, count: lane().slots - kept, patient: false });
      return release && { result: await make(request, release) };
    },
  };
}

function together(release: Release, slot: SharedSlot | undefined): Release {
  return (answeredAt) => {
    release(answeredAt);
    slot?.release(false);
  };
}
