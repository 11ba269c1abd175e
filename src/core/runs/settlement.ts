/** What a followed prediction has cost, how it ended, and the sentence about it where it did not succeed. */

import { type Cost, costOfRun } from '../models/cost.ts';
import { describeFailure } from '../models/describe-failure.ts';
import type { Prediction } from '../models/prediction.ts';
import type { Followed } from './follow.ts';
import type { Run } from './run.ts';
import type { Settlement } from './store.ts';

/** Replicate did not say what was used: the cost is as near as we can tell. */
const WITHOUT_METRICS: ReadonlySet<Cost['basis']> = new Set(['measured-time', 'timestamps', 'estimate']);

/** `cancelled`: somebody asked for its end. `now` stands in for an end that Replicate does not tell. */
export function settlementOf(
  run: Run,
  { prediction, startedAt, overLimit }: Followed,
  { cancelled, now }: { readonly cancelled: boolean; readonly now: number },
): Settlement {
  if (!prediction) {
    const failure = 'Replicate could not be asked how this ended; it is charged as reserved.';
    return { costMicroUsd: run.holdMicroUsd, outcome: 'unknown', failure, endedAt: now };
  }
  const endedAt = prediction.completedAt ?? now;
  const measuredSeconds = startedAt === undefined ? undefined : Math.max(0, endedAt - startedAt) / 1000;
  const failure = failureOf(prediction, overLimit, cancelled);
  const { microUsd, basis } = costOfRun(run.plan.cost, prediction, measuredSeconds);
  return {
    costMicroUsd: microUsd,
    ...(WITHOUT_METRICS.has(basis) && { measured: true }),
    outcome: prediction.status as Settlement['outcome'],
    endedAt,
    ...(startedAt !== undefined && { startedAt }),
    ...(failure !== undefined && { failure }),
  };
}

function failureOf(prediction: Prediction, overLimit: boolean, cancelled: boolean): string | undefined {
  if (prediction.status === 'succeeded') return undefined;
  if (overLimit) return 'Stopped here: the run reached the limit of what was reserved for it.';
  if (cancelled && prediction.status !== 'failed') return 'Cancelled.';
  return describeFailure(prediction);
}
