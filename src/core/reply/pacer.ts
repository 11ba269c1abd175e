/** Gives the slots of each lane to the replies in it: finals first, then first texts, then whoever has waited longest. */

import type { Lane } from '../chat.ts';
import type { Clock } from '../clock.ts';
import { RateLimitedError } from '../errors.ts';
import type { Log } from '../log.ts';
import { createLaneWindow, type LaneWindow } from './lane-window.ts';
import { createWriter, type PacedWriter, type Pacer, type Wish } from './writer.ts';

export interface PacerOptions {
  readonly clock: Clock;
  readonly log?: Log;
}

interface LaneState {
  /** As its replies last described it. */
  lane: Lane;
  readonly window: LaneWindow;
  readonly writers: Set<PacedWriter>;
  /** The platform wants nothing before this moment. */
  blockedUntil: number;
  /** The last start of a write that was not final. */
  lastInterimAt: number;
  timer: { readonly at: number; readonly abort: AbortController } | undefined;
}

const RANK: Readonly<Record<Exclude<Wish, 'none'>, number>> = { final: 0, first: 1, interim: 2 };
const LONGEST_SLEEP_MS = 3_600_000;
const SWEEP_FROM = 64;

/**
 * Interim writes are spread evenly over the window and leave one of its slots to finals (where it has more than one);
 * a first text need not keep the distance, a final may use every slot. A lane that was told to slow down rests.
 */
export function createPacer({ clock, log }: PacerOptions): Pacer {
  const lanes = new Map<string, LaneState>();
  const homes = new WeakMap<PacedWriter, LaneState>();
  let sweepAt = SWEEP_FROM;
  let rateLimited = 0;
  let flushing = false;
  let onIdle: (() => void) | undefined;

  function laneState(lane: Lane): LaneState {
    const known = lanes.get(lane.key);
    if (known) {
      known.lane = lane;
      return known;
    }
    const state: LaneState = {
      lane,
      window: createLaneWindow(() => state.lane),
      writers: new Set(),
      blockedUntil: 0,
      lastInterimAt: Number.NEGATIVE_INFINITY,
      timer: undefined,
    };
    lanes.set(lane.key, state);
    return state;
  }

  /** Where the writer belongs now: its reply may draw from another lane than before, or from none any more. */
  function place(writer: PacedWriter): LaneState | undefined {
    const old = homes.get(writer);
    const state = writer.over ? undefined : laneState(writer.lane);
    if (old === state) return state;
    old?.writers.delete(writer);
    if (state) {
      state.writers.add(writer);
      homes.set(writer, state);
    } else homes.delete(writer);
    return state;
  }

  function startAt(state: LaneState, wish: Wish, now: number): number {
    const { slots, windowMs } = state.lane;
    if (wish === 'final' || flushing) return Math.max(state.blockedUntil, state.window.freeAt(now, slots));
    const count = Math.max(1, slots - 1);
    const free = Math.max(state.blockedUntil, state.window.freeAt(now, count));
    return wish === 'first' ? free : Math.max(free, state.lastInterimAt + windowMs / count);
  }

  /** Who is next, and when something may happen in this lane. */
  function choose(state: LaneState, now: number): { writer?: PacedWriter; at: number } {
    let best: PacedWriter | undefined;
    let retryAt = Number.POSITIVE_INFINITY;
    for (const writer of state.writers) {
      if (writer.busy || writer.wish === 'none') continue;
      if (writer.notBefore > now) retryAt = Math.min(retryAt, writer.notBefore);
      else if (!best || isBefore(writer, best)) best = writer;
    }
    if (!best) return { at: retryAt };
    const at = startAt(state, best.wish, now);
    return at <= now ? { writer: best, at } : { at: Math.min(at, retryAt) };
  }

  /** Starts what may start now and sets the timer for the rest. */
  function schedule(state: LaneState): void {
    for (;;) {
      const now = clock.now();
      const { writer, at } = choose(state, now);
      if (!writer) {
        arm(state, at, now);
        return;
      }
      if (writer.wish !== 'final') state.lastInterimAt = now;
      void write(state, writer);
    }
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

  async function write(state: LaneState, writer: PacedWriter): Promise<void> {
    const release = state.window.take();
    try {
      await writer.write();
    } catch (error) {
      if (!(error instanceof RateLimitedError)) throw error;
      rateLimited++;
      state.blockedUntil = Math.max(state.blockedUntil, clock.now() + error.retryAfterMs);
      log?.warn({ lane: state.lane.key, retryAfterMs: error.retryAfterMs }, 'told to slow down');
    } finally {
      release(clock.now());
      const next = place(writer);
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
      const unused = state.writers.size === 0 && state.blockedUntil <= now;
      if (unused && state.window.inUse(now) === 0) lanes.delete(key);
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
      }
    },
    get rateLimited() {
      return rateLimited;
    },
  };
}

function isBefore(writer: PacedWriter, other: PacedWriter): boolean {
  if (writer.wish === 'none' || other.wish === 'none') return false;
  const difference = RANK[writer.wish] - RANK[other.wish];
  return difference === 0 ? writer.waitingSince < other.waitingSince : difference < 0;
}
