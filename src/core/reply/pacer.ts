/** Gives the slots of each lane to the replies in it, and asks the processes that share it. */

import type { Lane } from '../chat.ts';
import type { Clock } from '../clock.ts';
import { RateLimitedError } from '../errors.ts';
import type { Log } from '../log.ts';
import { createLanePace, type LanePace } from './lane-pace.ts';
import { type Candidate, countWishes, nextWriter } from './next-writer.ts';
import { type ActiveWish, createWriter, type PacedWriter } from './paced-writer.ts';
import type { SharedSlot, SharedSlots } from './shared-slots.ts';
import type { Pacer } from './writer.ts';

export interface PacerOptions {
  readonly clock: Clock;
  readonly log?: Log;
  /** Counts the slots of shared lanes for all processes; absent: this process is the only one. */
  readonly slots?: SharedSlots | undefined;
}

interface LaneState {
  readonly pace: LanePace;
  readonly writers: Set<PacedWriter>;
  timer: { readonly at: number; readonly abort: AbortController } | undefined;
  /** The other processes are being asked for a slot. */
  asking: boolean;
}

const LONGEST_SLEEP_MS = 3_600_000;
const SWEEP_FROM = 64;

/** One lane's replies take turns; when its next slot is to be used is up to its pace (`lane-pace.ts`). */
export function createPacer({ clock, log, slots }: PacerOptions): Pacer {
  const lanes = new Map<string, LaneState>();
  const homes = new WeakMap<PacedWriter, { readonly state: LaneState; readonly lane: Lane }>();
  let sweepAt = SWEEP_FROM;
  let rateLimited = 0;
  let flushing = false;
  let onIdle: (() => void) | undefined;

  function laneState(lane: Lane): LaneState {
    let state = lanes.get(lane.key);
    if (!state) {
      state = { pace: createLanePace(lane), writers: new Set(), timer: undefined, asking: false };
      lanes.set(lane.key, state);
    }
    return state;
  }

  /**
   * Where the writer belongs now: its reply may draw from another lane than before, or from none any more. A rate that
   * it reports differently than before is news from the platform; what a new reply takes for granted is not.
   */
  function place(writer: PacedWriter): LaneState | undefined {
    const home = homes.get(writer);
    const lane = writer.over ? undefined : writer.lane;
    const state = lane && laneState(lane);
    if (home && home.state !== state) home.state.writers.delete(writer);
    if (!state || !lane) {
      homes.delete(writer);
      return undefined;
    }
    const isNews = home?.state === state && !sameRate(home.lane, lane);
    if (isNews && !sameRate(state.pace.lane, lane)) state.pace.learn(lane);
    state.writers.add(writer);
    homes.set(writer, { state, lane });
    return state;
  }

  /** Who is next, and when something may happen in this lane. */
  function choose(state: LaneState, now: number): { next?: Candidate; at: number } {
    const { next, retryAt } = nextWriter(state.writers, now);
    if (!next) return { at: retryAt };
    const at = state.pace.startAt(next.wish, now, flushing);
    return at <= now ? { next, at } : { at: Math.min(at, retryAt) };
  }

  /** Starts what may start now and sets the timer for the rest. */
  function schedule(state: LaneState): void {
    while (!state.asking) {
      const now = clock.now();
      const { next, at } = choose(state, now);
      if (!next) {
        arm(state, at, now);
        return;
      }
      if (slots && state.pace.lane.shared) void ask(state, next.wish, slots);
      else void write(state, next);
    }
  }

  /** What is written then is chosen when the slot is there: the newest of whoever is next by then. */
  async function ask(state: LaneState, wish: ActiveWish, shared: SharedSlots): Promise<void> {
    const { pace } = state;
    const count = pace.count(wish, clock.now(), flushing);
    const request = { lane: pace.lane, count, weight: countWishes(state.writers) };
    state.asking = true;
    const answer = await shared.take(request);
    state.asking = false;
    const now = clock.now();
    if (answer) pace.hear(request, answer, now);
    if (!answer || answer.slot) {
      const { next } = nextWriter(state.writers, now);
      // The slots of a final are for finals, and meanwhile the platform may have told us to be quiet.
      const mayUse = next && pace.count(next.wish, now, flushing) >= count && pace.blockedUntil <= now;
      if (mayUse) void write(state, next, answer?.slot);
      else answer?.slot?.giveBack();
    }
    schedule(state);
  }

  function arm(state: LaneState, at: number, now: number): void {
    if (state.timer?.at === at) return;
    state.timer?.abort.abort();
    state.timer = undefined;
    if (at === Number.POSITIVE_INFINITY) return;
    const abort = new AbortController();
    const timer = { at, abort };
    state.timer = timer;
    clock.sleep(Math.min(at - now, LONGEST_SLEEP_MS), abort.signal).then(
      () => {
        if (state.timer === timer) state.timer = undefined;
        schedule(state);
      },
      () => undefined,
    );
  }

  async function write(state: LaneState, { writer, wish }: Candidate, slot?: SharedSlot): Promise<void> {
    const release = state.pace.take(wish, clock.now());
    try {
      await writer.write();
    } catch (error) {
      if (!(error instanceof RateLimitedError)) throw error;
      rateLimited++;
      state.pace.slowDown(clock.now(), error.retryAfterMs);
      log?.warn({ lane: state.pace.lane.key, retryAfterMs: error.retryAfterMs }, 'told to slow down');
    } finally {
      release(clock.now());
      const next = place(writer);
      slot?.release(state.writers.size === 0);
      if (next && next !== state) schedule(next);
      schedule(state);
      if (flushing && isIdle()) onIdle?.();
    }
  }

  function isIdle(): boolean {
    for (const state of lanes.values()) {
      for (const writer of state.writers) if (writer.busy || writer.wish !== 'none') return false;
    }
    return true;
  }

  /** Forgets lanes that nobody uses and that hold nothing back any more. */
  function sweep(): void {
    const now = clock.now();
    for (const [key, state] of lanes) {
      if (state.writers.size === 0 && state.pace.isFresh(now)) lanes.delete(key);
    }
  }

  return {
    open(reply, hooks = {}) {
      if (lanes.size >= sweepAt) {
        sweep();
        sweepAt = Math.max(SWEEP_FROM, lanes.size * 2);
      }
      const onWish = () => {
        const state = place(writer);
        if (state) schedule(state);
      };
      const writer = createWriter({ reply, hooks, clock, log, onWish });
      place(writer);
      return writer;
    },
    async flush(deadlineMs) {
      flushing = true;
      const deadline = new AbortController();
      try {
        for (const state of [...lanes.values()]) schedule(state);
        if (isIdle()) return;
        const idle = new Promise<void>((resolve) => {
          onIdle = resolve;
        });
        await Promise.race([idle, clock.sleep(deadlineMs, deadline.signal).catch(() => undefined)]);
      } finally {
        deadline.abort();
        flushing = false;
        onIdle = undefined;
        // Whoever waits for such a write could not let go of its run before somebody cuts it off.
        for (const state of lanes.values()) {
          for (const writer of state.writers) if (writer.wish !== 'none') writer.close();
        }
      }
    },
    get rateLimited() {
      return rateLimited;
    },
  };
}

function sameRate(one: Lane, other: Lane): boolean {
  return one.slots === other.slots && one.windowMs === other.windowMs;
}
