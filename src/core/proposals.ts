/** Runs that wait for a yes: what may cost much, or was announced, is asked about before it runs. */

import { randomBytes } from 'node:crypto';
import type { Budget } from './budget/budget.ts';
import { formatUsd } from './budget/money.ts';
import { costRange } from './budget/plan-cost.ts';
import type { Message, Person, ReplyRef } from './chat.ts';
import type { Plan } from './plan.ts';
import type { RunRequest } from './runs/runner.ts';

/** A run as it was proposed: everything that is needed to run it after a restart, or in another process. */
export interface Proposal {
  readonly request: RunRequest;
  readonly plan: Plan;
  /** Of the question, which turns into the answer. */
  readonly replyRef: ReplyRef;
}

export interface Question {
  readonly message: Message;
  /** To be called whenever the reply's ref has changed. */
  keep(replyRef: ReplyRef): Promise<void>;
}

export interface Proposals {
  /** The question to show instead of running; undefined when nobody needs to be asked. */
  ask(request: RunRequest, plan: Plan, replyRef: ReplyRef): Promise<Question | undefined>;
  /** What was proposed to this person under an id; a sentence when there is nothing, or it was proposed to somebody else. */
  find(id: string, person: Person): Promise<Proposal | string>;
}

export interface ProposalsOptions {
  /** Keeps proposals over a restart; shared by all processes. A Keyv fits: what is lost is asked for again. */
  readonly store: {
    get<T>(key: string): Promise<T | undefined>;
    set(key: string, value: Proposal, ttlMs: number): Promise<unknown>;
  };
  readonly budget: Pick<Budget, 'estimate'>;
  readonly askAboveMicroUsd: number;
}

const KEPT_MS = 60 * 60_000;

export function createProposals({ store, budget, askAboveMicroUsd }: ProposalsOptions): Proposals {
  return {
    async ask(request, plan, replyRef) {
      // Programs press no buttons; their budget is their limit.
      if (request.place.surface === 'api') return undefined;
      const { ceilingMicroUsd } = costRange(plan.cost);
      const usual = await budget.estimate(plan.label, request.command);
      const expectedMicroUsd = Math.min(ceilingMicroUsd, usual?.percentile95MicroUsd ?? ceilingMicroUsd);
      if (plan.notice === undefined && expectedMicroUsd <= askAboveMicroUsd) return undefined;

      const id = randomBytes(12).toString('base64url');
      const keep = async (ref: ReplyRef) => {
        await store.set(`proposal:${id}`, { request, plan, replyRef: ref }, KEPT_MS);
      };
      await keep(replyRef);
      const often = usual ? ` Usually it is about ${formatUsd(usual.medianMicroUsd)}.` : '';
      const notice = plan.notice === undefined ? '' : `${plan.notice} `;
      return {
        keep,
        message: {
          text: `${notice}This may cost up to ${formatUsd(ceilingMicroUsd)}.${often} Run it?`,
          buttons: [
            { id: `confirm:${id}`, label: 'Run', style: 'primary' },
            { id: `decline:${id}`, label: 'Do not run', style: 'secondary' },
          ],
        },
      };
    },

    async find(id, person) {
      const proposal = await store.get<Proposal>(`proposal:${id}`);
      if (!proposal) return 'That was too long ago. Please ask again.';
      if (proposal.request.person.id !== person.id) return 'Only the one who asked can decide this.';
      return proposal;
    },
  };
}
