/** What other schedulers could do with the same slots: the yardsticks for ours. */

import type { Lane } from '../src/core/chat.ts';

export interface Answer {
  readonly startMs: number;
  /** When the last token comes. */
  readonly endMs: number;
  /** When each page but the last is complete. */
  readonly pageEndsMs: readonly number[];
}

export interface Ideal {
  /** For each answer the mean age of a token when it comes on show. */
  readonly staleMs: readonly number[];
  /** For each answer, from its last token to its whole text. */
  readonly tailsMs: readonly number[];
}

type Rate = Pick<Lane, 'slots' | 'windowMs'>;

/**
 * For an answer alone in its lane, the exact optimum for whoever knows when it ends: as many edits as fit, one slot of each
 * window kept, the last one up to the final edit at the answer's end, at the distances with the least mean age. That is
 * the shortest vector whose sum is the span and in which any `slots - 1` neighbours last a window, found by Hildreth's
 * method. Pages cost it nothing. Returns the mean age in milliseconds.
 */
export function knowingTheEnd(spanMs: number, rate: Rate, latencyMs: number): number {
  const count = Math.max(1, rate.slots - 1);
  const inFlight = Math.floor(spanMs / latencyMs) + 1;
  const edits = Math.min(inFlight, count * (Math.floor(spanMs / rate.windowMs) + 1));
  const gaps = new Array<number>(edits + 1).fill(spanMs / (edits + 1));
  const multipliers = new Array<number>(Math.max(0, edits - count)).fill(0);
  for (let round = 0; round < 3_000; round++) {
    let moved = 0;
    for (const [index, multiplier] of multipliers.entries()) {
      // The distance from edit `index` to the one that needs its slot again.
      let length = 0;
      for (let at = index + 1; at <= index + count; at++) length += gaps[at] ?? 0;
      const next = Math.max(0, multiplier + (rate.windowMs - length) / count);
      multipliers[index] = next;
      for (let at = index + 1; at <= index + count; at++) gaps[at] = (gaps[at] ?? 0) + next - multiplier;
      moved = Math.max(moved, Math.abs(next - multiplier));
    }
    const excess = (gaps.reduce((sum, gap) => sum + gap, 0) - spanMs) / gaps.length;
    for (const [at, gap] of gaps.entries()) gaps[at] = gap - excess;
    if (moved < 0.01 && Math.abs(excess) < 0.01) break;
  }
  return gaps.reduce((sum, gap) => sum + Math.max(0, gap) ** 2, 0) / 2 / spanMs + latencyMs;
}

/**
 * For answers alone in their lanes, the best schedule for whoever, like us, does not know when they end, only how long
 * answers usually are: one list of moments for all of them, with the least mean of their mean ages. Found by moving each
 * moment for as long as that helps. Pages cost it nothing. Returns that mean in milliseconds.
 */
export function notKnowingTheEnd(spansMs: readonly number[], rate: Rate, latencyMs: number): number {
  const count = Math.max(1, rate.slots - 1);
  const longest = Math.max(...spansMs);
  const length = count * Math.ceil(longest / rate.windowMs + 1);
  const evenMs = rate.windowMs / count;
  const moments = Array.from({ length }, (_, index) => index * evenMs);
  /** What remains of the mean when each age is weighed by how many answers are still going on: once per millisecond. */
  const weights = weightsOf(spansMs);
  const cost = (from: number, to: number) => weights.age(Math.min(from, longest), Math.min(to, longest));
  const fits = (index: number, at: number) => {
    const before = moments[index - 1];
    const after = moments[index + 1];
    const freed = moments[index - count];
    const next = moments[index + count];
    return (
      (before === undefined || at >= before + latencyMs) &&
      (after === undefined || at <= after - latencyMs) &&
      (freed === undefined || at >= freed + rate.windowMs) &&
      (next === undefined || at <= next - rate.windowMs)
    );
  };
  for (const stepMs of [800, 400, 200, 100, 50, 20, 10]) {
    for (let pass = 0, moved = true; moved && pass < 200; pass++) {
      moved = false;
      // One moment, or it and all behind it.
      for (const many of [false, true]) {
        for (let index = 1; index < length; index++) {
          for (const step of [stepMs, -stepMs]) moved = tryMove(index, step, many) || moved;
        }
      }
    }
  }

  function tryMove(index: number, step: number, many: boolean): boolean {
    const end = many ? length : index + 1;
    const before = total();
    const old = moments.slice(index, end);
    for (let at = index; at < end; at++) moments[at] = (moments[at] ?? 0) + step;
    const valid = many ? fits(index, moments[index] ?? 0) && allFit() : fits(index, moments[index] ?? 0);
    if (valid && total() < before - 1e-9) return true;
    moments.splice(index, old.length, ...old);
    return false;
  }

  function allFit(): boolean {
    return moments.every((at, index) => fits(index, at));
  }

  function total(): number {
    let sum = 0;
    for (let index = 0; index < length; index++) {
      const from = moments[index] ?? 0;
      if (from > longest) break;
      sum += cost(from, moments[index + 1] ?? longest);
    }
    return sum;
  }

  return total() + latencyMs;
}

/** Sums over many answers, prepared so that each costs nothing. */
function weightsOf(spansMs: readonly number[]) {
  const sorted = [...spansMs].sort((one, other) => one - other);
  return {
    /** The ages of what comes between two edits, as a part of the mean over answers of each one's mean. */
    age(from: number, to: number): number {
      let sum = 0;
      for (const span of sorted) {
        if (span <= from) continue;
        const until = Math.min(span, to);
        // An answer that ends in between has its final edit there.
        sum += (until - from) ** 2 / 2 / span;
      }
      return sum / sorted.length;
    },
  };
}

/** What was sent for the answers: the requests before any answer's end, and how many each needed after its own. */
export interface Sent {
  readonly answers: readonly Answer[];
  readonly interimsAt: readonly number[];
  readonly finalRequests: readonly number[];
}

/**
 * From each answer's last token to its whole text, if the same final requests had been sent in the ideal order: each answer's
 * when it ended or as soon as the window has room, whoever ended first before the others, and nothing else in between.
 */
export function orderedTails(
  { answers, interimsAt, finalRequests }: Sent,
  rate: Rate,
  latencyMs: number,
): number[] {
  const order = answers.map((answer, index) => ({ ...answer, index }));
  order.sort((one, other) => one.endMs - other.endMs);
  const taken = [...interimsAt];
  const tails = new Array<number>(answers.length).fill(0);
  for (const { index, endMs } of order) {
    let at = endMs;
    for (let request = 0; request < (finalRequests[index] ?? 1); request++) {
      at = firstFree(taken, at, rate);
      taken.push(at);
      at += latencyMs;
    }
    tails[index] = at - endMs;
  }
  return tails;
}

function firstFree(taken: readonly number[], from: number, { slots, windowMs }: Rate): number {
  const candidates = [from, ...taken.map((at) => at + windowMs).filter((at) => at > from)];
  candidates.sort((one, other) => one - other);
  const isFree = (now: number) => taken.filter((at) => at > now - windowMs && at <= now).length < slots;
  return candidates.find(isFree) ?? from;
}

const STEP_MS = 20;

/**
 * Several answers in one lane, for whoever knows when they end and where their pages do: final edits first, in the order
 * of the ends; then first texts, in the first free slot; else a slot goes to the answer in which its one request saves most waiting, or to the one that waits longest,
 * if that saves enough. The best of many such schedules, which differ in that, in how far apart edits have to be, and in
 * how much is enough.
 */
export function sharingALane(answers: readonly Answer[], rate: Rate, latencyMs: number): Ideal {
  let best: Ideal | undefined;
  const meanOf = (ideal: Ideal) => ideal.staleMs.reduce((sum, ms) => sum + ms, 0);
  for (const spread of [0, 0.5, 0.8, 1]) {
    for (const enoughMs of [1, 500, 1_500, 3_000, 5_000]) {
      for (const by of ['saving', 'age'] as const) {
        const ideal = tryToShare(answers, rate, latencyMs, { spread, enoughMs, by });
        if (!best || meanOf(ideal) < meanOf(best)) best = ideal;
      }
    }
  }
  return best ?? { staleMs: [], tailsMs: [] };
}

function tryToShare(
  answers: readonly Answer[],
  rate: Rate,
  latencyMs: number,
  { spread, enoughMs, by }: { spread: number; enoughMs: number; by: 'saving' | 'age' },
): Ideal {
  const count = Math.max(1, rate.slots - 1);
  const distanceMs = (spread * rate.windowMs) / count;
  const cycleMs = (answers.length * rate.windowMs) / count;
  const states = answers.map((answer) => ({
    ...answer,
    shown: answer.startMs,
    freeAt: 0,
    sum: 0,
    doneAt: 0,
  }));
  const byEnd = [...states].sort((one, other) => one.endMs - other.endMs);
  let taken: number[] = [];
  let lastAt = Number.NEGATIVE_INFINITY;

  type State = (typeof states)[number];
  /** Up to when a request at this moment would show what has come. */
  const reach = (state: State, now: number) => {
    const pageEnd = state.pageEndsMs.find((end) => end > state.shown) ?? Number.POSITIVE_INFINITY;
    return Math.min(now, state.endMs, pageEnd);
  };
  const request = (state: State, now: number) => {
    const until = reach(state, now);
    state.sum += (until - state.shown) * (now + latencyMs - (state.shown + until) / 2);
    state.shown = until;
    state.freeAt = now + latencyMs;
    if (until === state.endMs) state.doneAt = now + latencyMs;
    taken.push(now);
  };

  for (let now = 0; states.some(({ doneAt }) => doneAt === 0); now += STEP_MS) {
    taken = taken.filter((at) => at > now - rate.windowMs);
    for (const state of byEnd) {
      if (taken.length < rate.slots && now >= state.endMs && state.doneAt === 0 && state.freeAt <= now)
        request(state, now);
    }
    for (const state of states) {
      if (
        taken.length < count &&
        now >= state.startMs &&
        state.shown === state.startMs &&
        now < state.endMs
      ) {
        request(state, Math.max(now, state.startMs + 1));
        lastAt = now;
      }
    }
    const isOver = byEnd.some(({ endMs, doneAt }) => now >= endMs && doneAt === 0);
    if (isOver || taken.length >= count || now < lastAt + distanceMs) continue;
    let most = 0;
    let chosen: State | undefined;
    for (const state of states) {
      if (now < state.startMs || now >= state.endMs || state.freeAt > now) continue;
      const saved = ((reach(state, now) - state.shown) * Math.min(cycleMs, state.endMs - now)) / cycleMs;
      const merit = by === 'saving' ? saved : now - state.shown;
      if (saved >= enoughMs && merit > most) [most, chosen] = [merit, state];
    }
    if (!chosen) continue;
    request(chosen, now);
    lastAt = now;
  }
  return {
    staleMs: states.map(({ sum, startMs, endMs }) => sum / (endMs - startMs)),
    tailsMs: states.map(({ doneAt, endMs }) => doneAt - endMs),
  };
}
