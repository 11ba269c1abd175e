/** A run as its row, and back. */

import type { Selectable } from 'kysely';
import type { SurfaceName } from '../chat.ts';
import type { RunTable } from '../storage/tables.ts';
import type { Run, RunOutcome, RunState } from './run.ts';

/** The row of a new run, leased to `owner`. */
export function toRow(run: Run, owner: string, leaseUntil: number): RunTable {
  return {
    id: run.id,
    state: run.state,
    person_id: run.personId,
    surface: run.surface,
    place: JSON.stringify(run.place),
    command: run.command,
    plan: JSON.stringify(run.plan),
    reply_ref: JSON.stringify(run.replyRef),
    hold_micro_usd: run.holdMicroUsd,
    cost_micro_usd: null,
    prediction_id: null,
    created_at: run.createdAt,
    submitted_at: null,
    started_at: null,
    ended_at: null,
    outcome: null,
    failure: null,
    cancelled_by: null,
    lease_owner: owner,
    lease_until: leaseUntil,
  };
}

/** The JSON columns were written by `toRow`. */
export function fromRow(row: Selectable<RunTable>): Run {
  return {
    id: row.id,
    state: row.state as RunState,
    personId: row.person_id,
    surface: row.surface as SurfaceName,
    place: JSON.parse(row.place),
    command: row.command,
    plan: JSON.parse(row.plan),
    replyRef: JSON.parse(row.reply_ref),
    holdMicroUsd: row.hold_micro_usd,
    createdAt: row.created_at,
    ...(row.cost_micro_usd !== null && { costMicroUsd: row.cost_micro_usd }),
    ...(row.prediction_id !== null && { predictionId: row.prediction_id }),
    ...(row.submitted_at !== null && { submittedAt: row.submitted_at }),
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.outcome !== null && { outcome: row.outcome as RunOutcome }),
    ...(row.failure !== null && { failure: row.failure }),
    ...(row.cancelled_by !== null && { cancelledBy: row.cancelled_by }),
  };
}
