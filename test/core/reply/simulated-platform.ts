/** A simulated platform that stalls, fails and refuses, and judges by when requests reach it. */

import type { Lane } from '../../../src/core/chat.ts';
import { RateLimitedError } from '../../../src/core/errors.ts';
import type { FakeClock } from '../../fake-clock.ts';
import type { randomOf } from '../../seeded-random.ts';

export type Random = ReturnType<typeof randomOf>;

export interface Trouble {
  readonly refusals: number;
  readonly failures: number;
  readonly stalls: number;
}

/** `process` is whoever sends the request: one does not know what another was told. */
export function createPlatform(clock: FakeClock, random: Random, trouble: Trouble) {
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const arrivals: { readonly process: number; readonly lane: Lane; readonly at: number }[] = [];
  const quietUntil = new Map<string, number>();
  const violations: string[] = [];
  let limited = 0;
  const demand = (kept: boolean, promise: string) => {
    if (!kept) violations.push(promise);
  };

  return {
    violations,
    /** Overrun windows: by all processes together, or by each where they could not always ask each other. */
    overruns(together: boolean): string[] {
      const lanes = new Map<string, { readonly lane: Lane; readonly at: number[] }>();
      for (const { process, lane, at } of arrivals) {
        const key = together ? lane.key : `${lane.key} of ${process}`;
        const known = lanes.get(key) ?? { lane, at: [] };
        lanes.set(key, known);
        known.at.push(at);
      }
      return [...lanes].flatMap(([key, { lane, at }]) => {
        at.sort((one, other) => one - other);
        const isOverrun = (from: number, index: number) =>
          (at[index + lane.slots] ?? Infinity) - from < lane.windowMs;
        return at.filter(isOverrun).map((from) => `${key} at ${from}`);
      });
    },
    demand,
    get limited() {
      return limited;
    },
    /** One request; `hasEffect` tells at the time it has one, also if its answer is an error. */
    async request(process: number, lane: Lane, mayBeLost: boolean, hasEffect: () => void): Promise<void> {
      const told = `${process} ${lane.key}`;
      demand(clock.now() >= (quietUntil.get(told) ?? 0), 'quiet when told so');
      await clock.sleep(between(5, 200));
      arrivals.push({ process, lane, at: clock.now() });
      if (random() < trouble.refusals) {
        limited++;
        const retryAfterMs = between(100, 4_000);
        await clock.sleep(between(5, 100));
        quietUntil.set(told, Math.max(quietUntil.get(told) ?? 0, clock.now() + retryAfterMs));
        throw new RateLimitedError(retryAfterMs);
      }
      const fails = random() < trouble.failures;
      if (!fails || (mayBeLost && random() < 0.5)) hasEffect();
      await clock.sleep(random() < trouble.stalls ? between(2_000, 9_000) : between(5, 200));
      if (fails) throw new Error('socket hang up');
    },
  };
}
