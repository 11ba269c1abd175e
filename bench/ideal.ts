/** What a scheduler could do at best that knows when each answer ends: the yardstick for ours. */

import type { Lane } from '../src/core/chat.ts';

export interface Answer {
  readonly startMs: number;
  /** When the last token comes. */
  readonly endMs: number;
}

export interface Ideal {
  /** Mean age of a token when it is shown. */
  readonly staleMs: number;
  /** For each answer, from its last token to its whole text. */
  readonly tailsMs: readonly number[];
}

/**
 * Edits in one lane, one slot of each window kept for final ones, no page ever needing a request of its own, requests
 * taking `latencyMs` and counted at the moment they start. For a single answer that is the exact optimum (`bestGaps`); several share
 * evenly spread slots, given to whom they save most, again and again until no slot is better given to another.
 */
export function idealOf(answers: readonly Answer[], lane: Lane, latencyMs: number, tokenMs: number): Ideal {
  const first = Math.min(...answers.map(({ startMs }) => startMs));
  const last = Math.max(...answers.map(({ endMs }) => endMs));
  const span = last - first;
  const oneInFlight = answers.length * (Math.floor(span / latencyMs) + 1);
  const slots = Math.max(1, lane.slots - 1);
  const gaps = bestGaps(span, slots, lane.windowMs, oneInFlight);
  let at = first;
  const wanted = gaps.slice(0, -1).map((gap) => {
    at += gap;
    return at;
  });
  const { interims, finals } = place(answers, wanted, lane);
  const shows = assign(answers, interims, finals);
  let sum = 0;
  let lengths = 0;
  for (const [index, { startMs, endMs }] of answers.entries()) {
    sum += area(startMs, endMs, shows[index] ?? [], finals[index] ?? endMs);
    lengths += endMs - startMs;
  }
  return {
    // Tokens come one by one: the one that an edit is made for need not wait for it.
    staleMs: Math.max(0, sum / lengths - tokenMs / 2) + latencyMs,
    tailsMs: answers.map(({ endMs }, index) => (finals[index] ?? endMs) - endMs + latencyMs),
  };
}

/**
 * The distances of as many edits as `count` slots in a window of `windowMs` allow within `spanMs`, the last one up to the
 * final edit at its end, with the least mean age: the shortest vector whose sum is the span and in which any `count`
 * neighbours last a window. Found by Hildreth's method.
 */
function bestGaps(spanMs: number, count: number, windowMs: number, most: number): number[] {
  const edits = Math.min(most, count * (Math.floor(spanMs / windowMs) + 1));
  const gaps = new Array<number>(edits + 1).fill(spanMs / (edits + 1));
  const multipliers = new Array<number>(Math.max(0, edits - count)).fill(0);
  for (let round = 0; round < 3_000; round++) {
    let moved = 0;
    for (const [index, multiplier] of multipliers.entries()) {
      // The distance from edit `index` to the one that needs its slot again.
      let length = 0;
      for (let at = index + 1; at <= index + count; at++) length += gaps[at] ?? 0;
      const next = Math.max(0, multiplier + (windowMs - length) / count);
      const change = next - multiplier;
      multipliers[index] = next;
      for (let at = index + 1; at <= index + count; at++) gaps[at] = (gaps[at] ?? 0) + change;
      moved = Math.max(moved, Math.abs(change));
    }
    const excess = (gaps.reduce((sum, gap) => sum + gap, 0) - spanMs) / gaps.length;
    for (const [at, gap] of gaps.entries()) gaps[at] = gap - excess;
    if (moved < 0.01 && Math.abs(excess) < 0.01) break;
  }
  return gaps.map((gap) => Math.max(0, gap));
}

/** Finals in the order of their ends, each as early as a window allows; interims where no final is waiting. */
function place(answers: readonly Answer[], wanted: readonly number[], lane: Lane) {
  const taken: number[] = [];
  const interims: number[] = [];
  const finals = new Array<number>(answers.length);
  const ends = answers.map(({ endMs }, index) => ({ endMs, index })).sort((one, other) => one.endMs - other.endMs);
  const freeAt = (at: number) => Math.max(at, (taken[taken.length - lane.slots] ?? -Infinity) + lane.windowMs);
  let final = 0;
  const placeFinals = (until: number) => {
    for (let next = ends[final]; next; next = ends[++final]) {
      const at = freeAt(next.endMs);
      if (at > until) return;
      finals[next.index] = at;
      taken.push(at);
    }
  };
  for (const at of wanted) {
    placeFinals(at);
    const waiting = ends[final] !== undefined && (ends[final]?.endMs ?? 0) <= at;
    if (waiting || freeAt(at) > at) continue;
    interims.push(at);
    taken.push(at);
  }
  placeFinals(Number.POSITIVE_INFINITY);
  return { interims, finals };
}

/** The edits of each answer. */
function assign(answers: readonly Answer[], slots: readonly number[], finals: readonly number[]): number[][] {
  const shows = answers.map((): number[] => []);
  const owner = new Array<number>(slots.length).fill(-1);
  const areaOf = (index: number, edits: readonly number[]) => {
    const { startMs = 0, endMs = 0 } = answers[index] ?? {};
    return area(startMs, endMs, edits, finals[index] ?? endMs);
  };
  for (let pass = 0, changed = true; changed && pass < 20; pass++) {
    changed = false;
    for (const [slot, at] of slots.entries()) {
      const old = owner[slot] ?? -1;
      if (old >= 0) shows[old] = (shows[old] ?? []).filter((other) => other !== at);
      let best = -1;
      let most = 0;
      for (const [index, edits] of shows.entries()) {
        const saved = areaOf(index, edits) - areaOf(index, [...edits, at]);
        if (saved > most) [best, most] = [index, saved];
      }
      if (best >= 0) shows[best]?.push(at);
      owner[slot] = best;
      changed ||= best !== old;
    }
  }
  return shows;
}

/** The ages of all that comes from `start` to `end`, summed up over time. */
function area(start: number, end: number, edits: readonly number[], final: number): number {
  let sum = 0;
  let from = start;
  for (const at of [...edits].sort((one, other) => one - other)) {
    const until = Math.min(at, end);
    if (until <= from) continue;
    sum += (until - from) * (at - (from + until) / 2);
    from = until;
  }
  return sum + (end - from) * (final - (from + end) / 2);
}
