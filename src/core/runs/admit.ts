/** Admits a run: its event is taken, its money held, its row stored and leased, all of it or nothing. */

import { readAccount } from '../budget/accounts.ts';
import type { Budget, Crossing, HoldResult } from '../budget/budget.ts';
import { costRange, limitPlan } from '../budget/plan-cost.ts';
import { scopesOf } from '../budget/scope.ts';
import type { Person } from '../chat.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import type { Run } from './run.ts';
import type { RunQueries } from './run-queries.ts';
import { toRow } from './run-row.ts';
import { countRuns, type QueueLimits } from './turns.ts';

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

/** One transaction: the event is taken, the money held, the run stored and leased to this process. Or nothing is. */
export type Admit = (
  run: Omit<Run, 'state' | 'holdMicroUsd'> & Pick<Person, 'roles'>,
  eventId: string,
  limits: QueueLimits,
) => Promise<Admission>;

export interface AdmitOptions {
  readonly database: Database;
  readonly budget: Budget;
  readonly queries: RunQueries;
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

export function createAdmit({ database, budget, queries, clock, owner, leaseMs }: AdmitOptions): Admit {
  return async ({ roles, ...request }, eventId, limits) => {
    try {
      return await database.sql.transaction().execute(async (transaction): Promise<Admission> => {
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
        // After the hold: it has locked this account's counters, so nobody counts beside us.
        const { personIds } = await readAccount(transaction, request.personId);
        const { open, queued } = await countRuns(transaction, personIds);
        const mustWait = request.surface !== 'none' && (open >= limits.atOnce || queued > 0);
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
  };
}
