/** Runs in the database. Every step is guarded by state and lease, so that two processes never both take it. */

import type { Budget, Crossing, HoldResult } from '../budget/budget.ts';
import { costRange, limitPlan } from '../budget/plan-cost.ts';
import { scopesOf } from '../budget/scope.ts';
import type { Person, ReplyRef } from '../chat.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import type { Run, RunOutcome, RunState } from './run.ts';
import { createRunQueries } from './run-queries.ts';
import { createRunReads, type RunReads } from './run-reads.ts';
import { toRow } from './run-row.ts';
import { countRuns, type QueueLimits, type Turn, takeTurn } from './turns.ts';

export type Admission =
  | { readonly type: 'admitted'; readonly run: Run }
  /** The event was taken before. */
  | { readonly type: 'duplicate' }
  /** As many of this person's runs as may are under way, and as many as may are waiting. */
  | { readonly type: 'busy'; readonly limits: QueueLimits }
  | {
      readonly type: 'refused';
      readonly refusal: Extract<HoldResult, { held: false }>;
      /** The first refusal of this cap in its period because it is used up. */
      readonly usedUp?: Crossing;
    };

export interface Settlement {
  readonly costMicroUsd: number;
  /** The real cost is not known: it is charged by measured time, or as held. */
  readonly measured?: boolean;
  readonly outcome: RunOutcome;
  readonly failure?: string;
  /** When the model began, as Replicate says; what was recorded on the way stands when absent. */
  readonly startedAt?: number;
  readonly endedAt: number;
}

export interface RunStore extends RunReads {
  /** One transaction: the event is taken, the money held, the run stored and leased to this process. Or nothing is. */
  admit(
    run: Omit<Run, 'state' | 'holdMicroUsd'> & Pick<Person, 'roles'>,
    eventId: string,
    limits: QueueLimits,
  ): Promise<Admission>;
  /** Admits a queued run when it is its turn. */
  takeTurn(run: Run, limits: QueueLimits): Promise<Turn>;
  /** Says before a create is sent that it may have been. False when the run is no longer ours or no longer there. */
  markSubmitting(id: string): Promise<boolean>;
  /** False when another run has claimed this prediction. */
  recordPrediction(id: string, predictionId: string): Promise<boolean>;
  recordStart(id: string, startedAt: number): Promise<void>;
  /**
   * One transaction: the hold becomes the cost and the run is settled. Gives the caps of which 80 or 100 % are spent by this,
   * for the admins to be told; undefined when it was settled before.
   */
  settle(id: string, settlement: Settlement): Promise<readonly Crossing[] | undefined>;
  close(id: string): Promise<void>;
  saveReplyRef(id: string, ref: ReplyRef): Promise<void>;
  requestCancel(id: string, personId: string): Promise<void>;
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
  const queries = createRunQueries();
  const mine = (states: readonly RunState[], id: string) =>
    sql.updateTable('run').where('id', '=', id).where('state', 'in', states).where('lease_owner', '=', owner);

  return {
    ...createRunReads(sql),

    async admit({ roles, ...request }, eventId, limits) {
      try {
        return await sql.transaction().execute(async (transaction): Promise<Admission> => {
          const event = { id: eventId, takenAt: clock.now(), runId: request.id };
          const [taken] = await queries.takeEvent(transaction, event);
          if (!taken) throw new NotAdmitted({ type: 'duplicate' });
          const hold = await budget.hold(transaction, {
            runId: request.id,
            personId: request.personId,
            scopes: scopesOf({ ...request, ...(roles && { roles }) }),
            model: request.plan.label,
            command: request.command,
            ...costRange(request.plan.cost),
          });
          if (!hold.held) throw new NotAdmitted({ type: 'refused', refusal: hold });
          // After the hold: it has locked this person's counters, so nobody counts beside us.
          const { open, queued } = await countRuns(transaction, request.personId);
          const mustWait = open >= limits.atOnce || queued > 0;
          if (mustWait && queued >= limits.queue) throw new NotAdmitted({ type: 'busy', limits });
          const run: Run = {
            ...request,
            state: mustWait ? 'queued' : 'admitted',
            plan: limitPlan(request.plan, hold.amountMicroUsd),
            holdMicroUsd: hold.amountMicroUsd,
          };
          await queries.insertRun(transaction, toRow(run, owner, clock.now() + leaseMs));
          return { type: 'admitted', run };
        });
      } catch (error) {
        if (!(error instanceof NotAdmitted)) throw error;
        const { admission } = error;
        if (admission.type !== 'refused') return admission;
        const usedUp = await budget.usedUp(admission.refusal);
        return { ...admission, ...(usedUp && { usedUp }) };
      }
    },

    takeTurn: (run, limits) => takeTurn(database, run, { ...limits, owner }),

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
        const [settled] = await queries.settleRun(transaction, {
          id,
          cost_micro_usd: settlement.costMicroUsd,
          outcome: settlement.outcome,
          failure: settlement.failure ?? null,
          started_at: settlement.startedAt ?? null,
          ended_at: settlement.endedAt,
        });
        if (!settled) return undefined;
        const { costMicroUsd, outcome, measured = outcome === 'unknown' } = settlement;
        return budget.settle(transaction, id, costMicroUsd, { measured, typical: outcome === 'succeeded' });
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
        .where('state', 'in', ['queued', 'admitted', 'submitting', 'running'])
        .where('cancelled_by', 'is', null)
        .execute();
    },
  };
}
