/** What other schedulers could do for an answer that has its lane to itself: the yardsticks for ours. */

import type { Lane } from '../src/core/chat.ts';

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

const STEP_MS = 10;
/** How long a first text may wait to be sent. */
const FIRST_BY_MS = 50;

/**
 * Less than this no schedule without foresight can reach, whatever it goes by, if the first text is to be on show at once: for
 * the answers that end within one window the best moments for its few edits, tried out to a hundredth of a second; for the
 * longer ones, as if it knew their ends and had begun well. Returns a mean age in milliseconds.
 */
export function leastWithoutForesight(spansMs: readonly number[], rate: Rate, latencyMs: number): number {
  const count = Math.max(1, rate.slots - 1);
  const short = spansMs.filter((span) => span <= rate.windowMs);
  const long = spansMs.filter((span) => span > rate.windowMs);
  const weights = weightsOf(short);
  const steps = rate.windowMs / STEP_MS;
  const cost = Array.from({ length: steps + 1 }, (_, from) =>
    Array.from({ length: steps + 1 }, (_, to) => weights.age(from * STEP_MS, to * STEP_MS)),
  );
  /** The least for all that comes from here on, with as many edits left as the round says. */
  let rest = cost.map((costs) => costs[steps] ?? 0);
  for (let edits = 1; edits < count; edits++) {
    rest = cost.map((costs, from) => {
      let least = rest[from] ?? 0;
      for (let at = from + 1; at < steps; at++) least = Math.min(least, (costs[at] ?? 0) + (rest[at] ?? 0));
      return least;
    });
  }
  const firsts = rest.slice(0, FIRST_BY_MS / STEP_MS + 1).map((least, at) => (cost[0]?.[at] ?? 0) + least);
  const ofLong = long.reduce((sum, span) => sum + knowingTheEnd(span, rate, latencyMs), 0);
  return ((Math.min(...firsts) + latencyMs) * short.length + ofLong) / spansMs.length;
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
