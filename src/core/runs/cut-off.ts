/** Whether an answer ended where a limit of its plan did, and could go on. */

import type { Prediction } from '../models/prediction.ts';
import type { Run } from './run.ts';

/** By the run's time, or by the tokens that the model was told to write at most. */
export function wasCut({ outcome, cancelledBy, plan }: Run, prediction: Prediction | undefined): boolean {
  if (outcome === 'canceled') return cancelledBy === undefined;
  const limit = plan.limitInput === undefined ? undefined : plan.input[plan.limitInput];
  const written = prediction?.metrics.outputTokens;
  return outcome === 'succeeded' && typeof limit === 'number' && written !== undefined && written >= limit;
}
