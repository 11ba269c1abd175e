/** What other schedulers could do with the slots of a lane that several answers share. */

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

/** What was sent for the answers: when the requests that were not final, and how many final ones each needed. */
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
