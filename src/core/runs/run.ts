/** A run: one accepted model command, from reservation to settlement; the unit of recovery and of cost. */

import type { Place, ReplyRef, SurfaceName } from '../chat.ts';
import type { PredictionRequest, TerminalStatus } from '../models/prediction.ts';
import type { Plan } from '../plan.ts';

/**
 * Where a run stands. Each step is committed before the next begins:
 * `queued`: money is held, as many of the asker's runs as may are under way already · `admitted`: money is held, nothing was sent · `submitting`: the create may have been sent, its answer is not recorded ·
 * `running`: the prediction's id is recorded · `settled`: the real cost is in the ledger · `closed`: the reply is complete.
 */
export type RunState = 'queued' | 'admitted' | 'submitting' | 'running' | 'settled' | 'closed';

/** Something is left to do. */
export const OPEN_STATES: readonly RunState[] = ['queued', 'admitted', 'submitting', 'running', 'settled'];

/** How it ended. `released`: there never was a prediction. `unknown`: it could not be asked about; charged as held. */
export type RunOutcome = TerminalStatus | 'released' | 'unknown';

/** A run's row, read. Money is micro-USD, times ms since the epoch. */
export interface Run {
  readonly id: string;
  readonly state: RunState;
  readonly personId: string;
  readonly surface: SurfaceName;
  readonly place: Place;
  readonly command: string;
  /** With limits already cut to what the hold pays for. */
  readonly plan: Plan;
  readonly replyRef: ReplyRef;
  readonly holdMicroUsd: number;
  readonly costMicroUsd?: number;
  readonly predictionId?: string;
  readonly createdAt: number;
  readonly submittedAt?: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly outcome?: RunOutcome;
  readonly failure?: string;
  readonly cancelledBy?: string;
}

/** What is sent to Replicate for a run; always the same, so that it can be recognised there. */
export function predictionRequest(run: Run): PredictionRequest {
  const { model, input, cost } = run.plan;
  return { model, input, deadlineSeconds: cost.deadlineSeconds };
}
