/** Gives the slots of each lane to the replies in it: finals first, then first texts, then whoever has waited longest. */

import type { Lane } from '../chat.ts';
import type { Clock } from '../clock.ts';
import { RateLimitedError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type ActiveWish, createLanePace, type LanePace } from './lane-pace.ts';
import { createWriter, type PacedWriter } from './paced-writer.ts';
import type { Pacer } from './writer.ts';

export interface PacerOptions {
  readonly clock: Clock;
  readonly log?: Log;
}

interface LaneState {
  readonly pace: LanePace;
  readonly writers: Set<PacedWriter>;
  timer: { readonly at: number; readonly abort: AbortController } | undefined;
}

const RANK: Readonly<Record<ActiveWish, number>> = { final: 0, first: 1, interim: 2 };
const LONGEST_SLEEP_MS = 3_600_000;
const SWEEP_FROM = 64;

/** One lane's replies take turns; when its next slot is to be used is up to its pace (`lane-pace.ts`). */
export function createPacer({ clock, log }: PacerOptions): Pacer {
  const lanes = new Map<string, LaneState>();
  const homes = new WeakMap<PacedWriter, { readonly state: LaneState; readonly lane: Lane }>();
  let sweepAt = SWEEP_FROM;
  let rateLimited = 0;
  let flushing = false;
  let onIdle: (() => void) | undefined;

  function laneState(lane: Lane): LaneState {
    let state = lanes.get(lane.key);
    if (!state) {
      state = { pace: createLanePace(lane), writers: new Set(), timer: undefined };
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
  function choose(state: LaneState, now: number): { writer?: PacedWriter; at: number } {
    let best: PacedWriter | undefined;
    let retryAt = Number.POSITIVE_INFINITY;
    for (const writer of state.writers) {
      if (writer.busy || writer.wish === 'none') continue;
      if (writer.notBefore > now) retryAt = Math.min(retryAt, writer.notBefore);
      else if (!best || isBefore(writer, best)) best = writer;
    }
    if (!best) return { at: retryAt };
    if (best.wish === 'none') return { at: retryAt };
    const at = state.pace.startAt(best.wish, now, flushing);
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
    if (writer.wish === 'none') return;
    const release = state.pace.take(writer.wish, clock.now());
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

function isBefore(writer: PacedWriter, other: PacedWriter): boolean {
  if (writer.wish === 'none' || other.wish === 'none') return false;
  const difference = RANK[writer.wish] - RANK[other.wish];
  return difference === 0 ? writer.waitingSince < other.waitingSince : difference < 0;
}

function sameRate(one: Lane, other: Lane): boolean {
  return one.slots === other.slots && one.windowMs === other.windowMs;
}
