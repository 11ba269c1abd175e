/** Whose write is next among the replies in a lane: finals first, then first texts, then whoever has waited longest. */

import type { ActiveWish, PacedWriter } from './paced-writer.ts';

export interface Candidate {
  readonly writer: PacedWriter;
  readonly wish: ActiveWish;
}

export interface NextWriter {
  /** Absent while nobody may write. */
  readonly next?: Candidate;
  /** When one whose last write failed may try again; Infinity when there is none. */
  readonly retryAt: number;
}

const RANK: Readonly<Record<ActiveWish, number>> = { final: 0, first: 1, interim: 2 };

export function nextWriter(writers: Iterable<PacedWriter>, now: number): NextWriter {
  let next: Candidate | undefined;
  let retryAt = Number.POSITIVE_INFINITY;
  for (const writer of writers) {
    const { wish } = writer;
    if (writer.busy || wish === 'none') continue;
    if (writer.notBefore > now) retryAt = Math.min(retryAt, writer.notBefore);
    else if (!next || isBefore({ writer, wish }, next)) next = { writer, wish };
  }
  return { ...(next && { next }), retryAt };
}

/** How many want to write, or do so now. */
export function countWishes(writers: Iterable<PacedWriter>): number {
  return [...writers].filter((writer) => writer.busy || writer.wish !== 'none').length;
}

function isBefore(one: Candidate, other: Candidate): boolean {
  const difference = RANK[one.wish] - RANK[other.wish];
  return difference === 0 ? one.writer.waitingSince < other.writer.waitingSince : difference < 0;
}
