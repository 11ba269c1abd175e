/** A run as other programs see it. */

import { MICRO_USD_PER_USD } from '../../core/budget/money.ts';
import { UserError } from '../../core/errors.ts';
import type { Models, Prediction } from '../../core/models/prediction.ts';
import type { Run } from '../../core/runs/run.ts';
import type { RunBody } from './schemas.ts';

type Output = Pick<Prediction, 'output' | 'dataRemoved'>;

/** `models` is asked for the output of a run that has succeeded. Throws when Replicate can't be asked. */
export async function describeRun(run: Run, models: Models, signal?: AbortSignal): Promise<RunBody> {
  if (statusOf(run) !== 'succeeded' || run.predictionId === undefined) return toRunBody(run);
  return toRunBody(run, await outputOf(run.predictionId, models, signal));
}

async function outputOf(predictionId: string, models: Models, signal?: AbortSignal): Promise<Output> {
  try {
    return await models.get(predictionId, signal);
  } catch (error) {
    // How the run ended and what it cost is ours to tell all the same.
    if (isForgotten(error)) return { output: null, dataRemoved: true };
    throw error;
  }
}

/** Replicate knows the prediction no more. */
export function isForgotten(error: unknown): boolean {
  return error instanceof UserError && error.kind === 'unknown';
}

/** `prediction`: where its output may come from. */
function toRunBody(run: Run, prediction?: Output): RunBody {
  const self = `/v1/runs/${run.id}`;
  return {
    run_id: run.id,
    prediction_id: run.predictionId ?? null,
    status: statusOf(run),
    command: run.command,
    model: run.plan.model,
    output: prediction?.output ?? null,
    data_removed: prediction?.dataRemoved ?? false,
    error: run.failure ?? null,
    reserved_usd: run.holdMicroUsd / MICRO_USD_PER_USD,
    cost_usd: run.costMicroUsd === undefined ? null : run.costMicroUsd / MICRO_USD_PER_USD,
    created_at: new Date(run.createdAt).toISOString(),
    started_at: isoTime(run.startedAt),
    completed_at: isoTime(run.endedAt),
    urls: { get: self, events: `${self}/events`, cancel: `${self}/cancel` },
  };
}

/** Nothing will change any more, the cost included. */
export function isOver(run: Run): boolean {
  return run.state === 'settled' || run.state === 'closed';
}

function statusOf(run: Run): RunBody['status'] {
  switch (run.state) {
    case 'queued':
      return 'queued';
    case 'admitted':
    case 'submitting':
      return 'starting';
    case 'running':
      return run.startedAt === undefined ? 'starting' : 'processing';
    case 'settled':
    case 'closed':
      return run.outcome === undefined || run.outcome === 'released' ? 'failed' : run.outcome;
  }
}

function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
