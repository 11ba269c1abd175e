/** Runs in the database. Every step is guarded by state and lease, so that two processes never both take it. */

import type { Crossing } from '../budget/budget.ts';
import type { ReplyRef } from '../chat.ts';
import { type Admit, type AdmitOptions, createAdmit } from './admit.ts';
import type { Run, RunOutcome, RunState } from './run.ts';
import { createRunQueries } from './run-queries.ts';
import { createRunReads, type RunReads } from './run-reads.ts';
import { type QueueLimits, type Turn, takeTurn } from './turns.ts';

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
  readonly admit: Admit;
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

export type RunStoreOptions = Omit<AdmitOptions, 'queries'>;

export function createRunStore(options: RunStoreOptions): RunStore {
  const { database, budget, clock, owner } = options;
  const { sql } = database;
  const queries = createRunQueries();
  const mine = (states: readonly RunState[], id: string) =>
    sql.updateTable('run').where('id', '=', id).where('state', 'in', states).where('lease_owner', '=', owner);

  return {
    ...createRunReads(sql),

    admit: createAdmit({ ...options, queries }),

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
