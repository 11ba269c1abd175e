/** What can be had from a finished answer: the same once more, and more of a text where a limit cut it off. */

import type { FollowUp, PlanCost } from '../core/command.ts';
import type { Conversations } from '../core/conversations.ts';
import { UserError } from '../core/errors.ts';
import type { InputValues } from '../core/models/input-values.ts';
import { textOf } from '../core/models/output.ts';
import type { Models, ResolvedModel } from '../core/models/prediction.ts';
import type { Run } from '../core/runs/run.ts';
import { withNewSeed } from './model-inputs.ts';
import { promptInput } from './question-input.ts';

export const TEXT_FOLLOW_UPS: readonly FollowUp[] = [
  { name: 'continue', label: 'Continue', whenCut: true },
  { name: 'regenerate', label: 'Regenerate' },
];

/** The length of a recording is known only while it is planned, and with it what it costs. */
export function againFor({ by }: PlanCost): readonly FollowUp[] {
  return by === 'audio-second' ? [] : [{ name: 'again', label: 'Again' }];
}

/** The input for one of these buttons. Throws UserError where it can't be had. */
export type FollowUpInput = (name: string, run: Run, resolved: ResolvedModel) => Promise<InputValues>;

export function createFollowUpInput(options: {
  readonly models: Pick<Models, 'get'>;
  readonly conversations: Pick<Conversations, 'history'>;
}): FollowUpInput {
  const { models, conversations } = options;

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
    const { input } = run.plan;
    switch (name) {
      case 'again':
      case 'regenerate':
        return withNewSeed(resolved, input, Math.random());
      case 'continue': {
        const question = promptInput(resolved)?.name ?? 'prompt';
        const asked = String(input[question] ?? '');
        const text = `${asked}\n\nThe answer so far:\n${await answerOf(run)}\n\nContinue it exactly where it stops. Repeat nothing.`;
        return { ...input, [question]: text };
      }
      default:
        throw new UserError('This button no longer does anything.');
    }
  };
}
