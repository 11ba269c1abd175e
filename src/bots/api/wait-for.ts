/** Waits until something is true of a run, whichever process drives it: its row is looked at, less and less often. */

import type { Clock } from '../../core/clock.ts';
import type { Run } from '../../core/runs/run.ts';

const FIRST_LOOK_MS = 20;
const LONGEST_LOOK_MS = 1000;
const GROWTH = 1.5;

export interface WaitFor {
  /** Throws the signal's reason, and an Error when the run is gone. */
  (runId: string, until: (run: Run) => boolean, signal: AbortSignal): Promise<Run>;
  /** Resolves with the run as it stands when the time is over or the process stops. */
  atMost(run: Run, until: (run: Run) => boolean, ms: number, signal: AbortSignal): Promise<Run>;
}

export function createWaitFor(options: {
  readonly get: (runId: string) => Promise<Run | undefined>;
  readonly clock: Clock;
}): WaitFor {
  const { get, clock } = options;

  async function waitFor(runId: string, until: (run: Run) => boolean, signal: AbortSignal): Promise<Run> {
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(LONGEST_LOOK_MS, lookMs * GROWTH)) {
      const run = await get(runId);
      if (!run) throw new Error(`the run ${runId} is gone`);
      if (until(run)) return run;
      await clock.sleep(lookMs, signal);
    }
  }

  async function atMost(
    run: Run,
    until: (run: Run) => boolean,
    ms: number,
    signal: AbortSignal,
  ): Promise<Run> {
    const over = new AbortController();
    const either = AbortSignal.any([over.signal, signal]);
    const timer = clock.sleep(ms, over.signal).then(
      () => over.abort(),
      () => undefined,
    );
    try {
      return await waitFor(run.id, until, either);
    } catch (error) {
      if (!either.aborted) throw error;
      return (await get(run.id)) ?? run;
    } finally {
      over.abort();
      await timer;
    }
  }

  return Object.assign(waitFor, { atMost });
}
