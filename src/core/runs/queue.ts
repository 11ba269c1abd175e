/** Holds queued runs until their turn comes, and tells their askers how long the line is. */

import type { Clock } from '../clock.ts';
import type { Writer } from '../reply/writer.ts';
import { progressMessage, queueStatus } from './messages.ts';
import type { Run } from './run.ts';
import type { RunStore } from './store.ts';
import type { QueueLimits } from './turns.ts';

/** What other processes end is noticed this late; what this process ends, at once. */
const LOOK_AGAIN_MS = 2000;
/** A run that waited longer than this, also while no process was there, is not wanted any more. */
const LONGEST_WAIT_MS = 60 * 60_000;

export interface Queue {
  /**
   * Resolves when the run is free to go, with the reason when it will never be, or when another process has it. Throws only
   * the signal's reason or what the store throws; the run is then still queued.
   */
  wait(
    run: Run,
    writer: Writer | undefined,
    signal: AbortSignal,
  ): Promise<'admitted' | 'lost' | { readonly failure: string }>;
  /** Something has changed for this person's runs. */
  look(personId: string): void;
}

export function createQueue(options: {
  readonly store: Pick<RunStore, 'takeTurn'>;
  readonly clock: Clock;
  readonly limits: QueueLimits;
}): Queue {
  const { store, clock, limits } = options;
  /** By person: those who sleep until the next look. */
  const sleepers = new Map<string, Set<AbortController>>();

  async function sleep(personId: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const sleeper = new AbortController();
    const group = sleepers.get(personId) ?? new Set();
    sleepers.set(personId, group.add(sleeper));
    const wake = () => sleeper.abort();
    signal.addEventListener('abort', wake);
    try {
      await clock.sleep(LOOK_AGAIN_MS, sleeper.signal);
    } catch {
      // Woken early: to look again, or to stop.
      signal.throwIfAborted();
    } finally {
      signal.removeEventListener('abort', wake);
      group.delete(sleeper);
      if (group.size === 0) sleepers.delete(personId);
    }
  }

  function look(personId: string): void {
    for (const sleeper of sleepers.get(personId) ?? []) sleeper.abort();
  }

  return {
    look,
    async wait(run, writer, signal) {
      for (;;) {
        if (clock.now() - run.createdAt > LONGEST_WAIT_MS) {
          return { failure: 'This waited too long in line. Please ask again.' };
        }
        const turn = await store.takeTurn(run, limits);
        switch (turn.type) {
          case 'admitted':
            // Everybody behind has moved up.
            look(run.personId);
            return 'admitted';
          case 'lost':
            return 'lost';
          case 'cancelled':
            return { failure: 'Cancelled before it began.' };
          case 'waiting':
            writer?.show(progressMessage(run, '', queueStatus(turn.position, limits.atOnce)));
            await sleep(run.personId, signal);
        }
      }
    },
  };
}
