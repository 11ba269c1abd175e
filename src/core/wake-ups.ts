/** Waits that somebody can end early by name, in this process or in another one. */

import type { Clock } from './clock.ts';

export interface WakeUps {
  /** Resolves after `ms`, or as soon as `name` is woken. Throws the signal's reason. */
  sleep(name: string, ms: number, signal?: AbortSignal): Promise<void>;
  /** Ends the waits for `name` here. What nobody waits for is forgotten: whoever waits looks for itself in the end. */
  wake(name: string): void;
}

export function createWakeUps(clock: Clock): WakeUps {
  const sleepers = new Map<string, Set<AbortController>>();
  return {
    async sleep(name, ms, signal) {
      const woken = new AbortController();
      const others = sleepers.get(name) ?? new Set();
      sleepers.set(name, others.add(woken));
      try {
        await clock.sleep(ms, signal ? AbortSignal.any([woken.signal, signal]) : woken.signal);
      } catch (error) {
        if (!woken.signal.aborted || signal?.aborted) throw error;
      } finally {
        others.delete(woken);
        if (others.size === 0) sleepers.delete(name);
      }
    },
    wake(name) {
      for (const sleeper of sleepers.get(name) ?? []) sleeper.abort();
    },
  };
}
