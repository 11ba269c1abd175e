/** What can be had from a finished answer: the same once more, and more of a text where a limit cut it off. */

import type { Clock } from '../core/clock.ts';
import type { Conversations } from '../core/conversations.ts';
import { UserError } from '../core/errors.ts';
import { textOf } from '../core/models/output.ts';
import type { Models, ResolvedModel } from '../core/models/prediction.ts';
import type { FollowUp, PlanCost } from '../core/plan.ts';
import type { Run } from '../core/runs/run.ts';
import { withNewSeed } from './model-inputs.ts';
import type { ModelRun } from './model-run.ts';
import { promptInput } from './question-input.ts';

const REGENERATE: FollowUp = { name: 'regenerate', label: 'Regenerate' };
export const TEXT_FOLLOW_UPS: readonly FollowUp[] = [
  { name: 'continue', label: 'Continue', whenCut: true },
  REGENERATE,
];

/** An answer goes on only where there is a question that can say so. */
export function textFollowUps(model: Pick<ResolvedModel, 'inputs'>): readonly FollowUp[] {
  return promptInput(model) ? TEXT_FOLLOW_UPS : [REGENERATE];
}

/** The length of a recording is known only while it is planned, and with it what it costs. */
export function againFor({ by }: PlanCost): readonly FollowUp[] {
  return by === 'audio-second' ? [] : [{ name: 'again', label: 'Again' }];
}

export type Asked = Pick<ModelRun, 'given' | 'keptUntil'>;

/** What one of these buttons gives its model. Throws UserError where it can't be had. */
export type FollowUpInput = (name: string, run: Run, resolved: ResolvedModel) => Promise<Asked>;

/** What a run was asked, before a small budget cut it. Throws UserError when its files are gone. */
export function askedBy({ plan }: Run, clock: Clock): Asked {
  const { input, uncut, filesKeptUntil: keptUntil } = plan;
  if (keptUntil !== undefined && clock.now() > keptUntil)
    throw new UserError('The files that this was made from are no longer kept. Please ask again with them.');
  return { given: { ...input, ...uncut }, ...(keptUntil !== undefined && { keptUntil }) };
}

export function createFollowUpInput(options: {
  readonly models: Pick<Models, 'get'>;
  readonly conversations: Pick<Conversations, 'history'>;
  readonly clock: Clock;
}): FollowUpInput {
  const { models, conversations, clock } = options;

  /** As far as the answer came: from Replicate for an hour, and from what we remember. */
  async function answerOf({ id, predictionId, plan }: Run): Promise<string> {
    const prediction = predictionId === undefined ? undefined : await models.get(predictionId);
    const text = textOf(prediction?.output);
    if (text !== '') return text;
    const turns = plan.memory ? await conversations.history(plan.memory.key) : [];
    const turn = turns.find((earlier) => earlier.runId === id);
    if (turn) return turn.answer;
    throw new UserError('That answer is no longer kept, so it can’t be continued. Please ask again.');
  }

  return async (name, run, resolved) => {
    const asked = askedBy(run, clock);
    const { given } = asked;
    switch (name) {
      case 'again':
      case 'regenerate':
        return { ...asked, given: withNewSeed(resolved, given, Math.random()) };
      case 'continue': {
        const question = promptInput(resolved)?.name ?? 'prompt';
        const text = `${String(given[question] ?? '')}\n\nThe answer so far:\n${await answerOf(run)}\n\nContinue it exactly where it stops. Repeat nothing.`;
        return { ...asked, given: { ...given, [question]: text } };
      }
      default:
        throw new UserError('This button no longer does anything.');
    }
  };
}
