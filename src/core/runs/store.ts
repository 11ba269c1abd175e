/** Runs in the database. Every step is guarded by state and lease, so that two processes never both take it. */

import type { Kysely, Selectable } from 'kysely';
import type { Budget, HoldResult } from '../budget/budget.ts';
import { costRange, limitPlan } from '../budget/plan-cost.ts';
import type { ReplyRef, SurfaceName } from '../chat.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import type { RunTable, Tables } from '../storage/tables.ts';
import type { Run, RunOutcome, RunState } from './run.ts';

export type Admission =
  | { readonly type: 'admitted'; readonly run: Run }
  /** The event was taken before. */
  | { readonly type: 'duplicate' }
  | { readonly type: 'busy'; readonly atOnce: number }
  | { readonly type: 'refused'; readonly refusal: Extract<HoldResult, { held: false }> };

export interface Settlement {
  readonly costMicroUsd: number;
  readonly outcome: RunOutcome;
  readonly failure?: string;
  /** When the model began, as Replicate says; what was recorded on the way stands when absent. */
  readonly startedAt?: number;
  readonly endedAt: number;
}

export interface RunStore {
  /** One transaction: the event is taken, the money held, the run stored and leased to this process. Or nothing is. */
  admit(run: Omit<Run, 'state' | 'holdMicroUsd'>, eventId: string, atOnce: number): Promise<Admission>;
  /** Says before a create is sent that it may have been. False when the run is no longer ours or no longer there. */
  markSubmitting(id: string): Promise<boolean>;
  /** False when another run has claimed this prediction. */
  recordPrediction(id: string, predictionId: string): Promise<boolean>;
  recordStart(id: string, startedAt: number): Promise<void>;
  /** One transaction: the hold becomes the cost and the run is settled. False when it was settled before. */
  settle(id: string, settlement: Settlement): Promise<boolean>;
  close(id: string): Promise<void>;
  saveReplyRef(id: string, ref: ReplyRef): Promise<void>;
  requestCancel(id: string, personId: string): Promise<void>;
  get(id: string): Promise<Run | undefined>;
  /** A person's last runs, newest first. */
  recent(personId: string, count: number): Promise<readonly Run[]>;
  /** Another run that waits to hear of a create of the same model: a prediction found in the list may be that one's. */
  othersSubmitting(run: Run): Promise<readonly Run[]>;
}

export interface RunStoreOptions {
  readonly database: Database;
  readonly budget: Budget;
  readonly clock: Clock;
  /** This process, as leases name it. */
  readonly owner: string;
  readonly leaseMs: number;
}

/** Rolls the admission back and carries the reason out of the transaction. */
class NotAdmitted extends Error {
  readonly admission: Admission;
  constructor(admission: Admission) {
    super(admission.type);
    this.admission = admission;
  }
}

export function createRunStore(options: RunStoreOptions): RunStore {
  const { database, budget, clock, owner, leaseMs } = options;
  const { sql } = database;
  const mine = (states: readonly RunState[], id: string) =>
    sql.updateTable('run').where('id', '=', id).where('state', 'in', states).where('lease_owner', '=', owner);

  return {
    async admit(request, eventId, atOnce) {
      try {
        return await sql.transaction().execute(async (transaction): Promise<Admission> => {
          const taken = await transaction
            .insertInto('event')
            .values({ id: eventId, taken_at: clock.now() })
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst();
          if (!taken.numInsertedOrUpdatedRows) throw new NotAdmitted({ type: 'duplicate' });
          const hold = await budget.hold(transaction, {
            runId: request.id,
            personId: request.personId,
            ...costRange(request.plan.cost),
          });
          if (!hold.held) throw new NotAdmitted({ type: 'refused', refusal: hold });
          // After the hold: it has locked this person's counters, so nobody counts beside us.
          if ((await countOpen(transaction, request.personId)) >= atOnce) {
            throw new NotAdmitted({ type: 'busy', atOnce });
          }
          const run: Run = {
            ...request,
            state: 'admitted',
            plan: limitPlan(request.plan, hold.amountMicroUsd),
            holdMicroUsd: hold.amountMicroUsd,
          };
          await transaction
            .insertInto('run')
            .values(toRow(run, owner, clock.now() + leaseMs))
            .execute();
          return { type: 'admitted', run };
        });
      } catch (error) {
        if (error instanceof NotAdmitted) return error.admission;
        throw error;
      }
    },

    async markSubmitting(id) {
      const marked = await mine(['admitted', 'submitting'], id)
        .set({ state: 'submitting', submitted_at: clock.now() })
        .executeTakeFirst();
      return marked.numUpdatedRows === 1n;
    },

    async recordPrediction(id, predictionId) {
      const claimed = () =>
        sql
          .selectFrom('run')
          .select('id')
          .where('prediction_id', '=', predictionId)
          .where('id', '!=', id)
          .executeTakeFirst();
      if (await claimed()) return false;
      try {
        const recorded = await mine(['submitting'], id)
          .set({ state: 'running', prediction_id: predictionId })
          .executeTakeFirst();
        return recorded.numUpdatedRows === 1n;
      } catch (error) {
        // The column is unique: another process was quicker.
        if (await claimed()) return false;
        throw error;
      }
    },

    async recordStart(id, startedAt) {
      await mine(['running'], id).set({ started_at: startedAt }).execute();
    },

    async settle(id, settlement) {
      return sql.transaction().execute(async (transaction) => {
        const settled = await transaction
          .updateTable('run')
          .set({
            state: 'settled',
            cost_micro_usd: settlement.costMicroUsd,
            outcome: settlement.outcome,
            failure: settlement.failure ?? null,
            ended_at: settlement.endedAt,
            ...(settlement.startedAt !== undefined && { started_at: settlement.startedAt }),
          })
          .where('id', '=', id)
          .where('state', 'in', ['admitted', 'submitting', 'running'])
          .executeTakeFirst();
        if (settled.numUpdatedRows !== 1n) return false;
        return budget.settle(transaction, id, settlement.costMicroUsd);
      });
    },

    async close(id) {
      await mine(['settled'], id).set({ state: 'closed', lease_owner: null }).execute();
    },

    async saveReplyRef(id, ref) {
      await sql
        .updateTable('run')
        .set({ reply_ref: JSON.stringify(ref) })
        .where('id', '=', id)
        .where('lease_owner', '=', owner)
        .execute();
    },

    async requestCancel(id, personId) {
      await sql
        .updateTable('run')
        .set({ cancelled_by: personId })
        .where('id', '=', id)
        .where('state', 'in', ['admitted', 'submitting', 'running'])
        .where('cancelled_by', 'is', null)
        .execute();
    },

    async get(id) {
      const row = await sql.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst();
      return row && fromRow(row);
    },

    async recent(personId, count) {
      const rows = await sql
        .selectFrom('run')
        .selectAll()
        .where('person_id', '=', personId)
        .orderBy('created_at', 'desc')
        .limit(count)
        .execute();
      return rows.map(fromRow);
    },

    async othersSubmitting(run) {
      const rows = await sql
        .selectFrom('run')
        .selectAll()
        .where('state', '=', 'submitting')
        .where('id', '!=', run.id)
        .execute();
      const request = JSON.stringify([run.plan.model, run.plan.input]);
      return rows
        .map(fromRow)
        .filter((other) => JSON.stringify([other.plan.model, other.plan.input]) === request);
    },
  };
}

async function countOpen(sql: Kysely<Tables>, personId: string): Promise<number> {
  const { count } = await sql
    .selectFrom('run')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('person_id', '=', personId)
    .where('state', 'in', ['admitted', 'submitting', 'running'])
    .executeTakeFirstOrThrow();
  return Number(count);
}

function toRow(run: Run, owner: string, leaseUntil: number): RunTable {
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
