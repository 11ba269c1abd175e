/** `/ask`: a question to a text model, with what was said before in this conversation, with pictures and texts. */

import { type Command, defineModelCommand } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import { type Conversations, conversationKey } from '../core/conversations.ts';
import type { Plan } from '../core/plan.ts';
import { suggestModels } from './choose-model.ts';
import { type FollowUpInput, TEXT_FOLLOW_UPS } from './follow-ups.ts';
import type { ModelRun, ModelRuns } from './model-run.ts';
import type { ReadQuestionFiles } from './question-files.ts';
import { HIDDEN_TOKENS, promptInput, questionInput } from './question-input.ts';

const LONGEST_PROMPT = 6000;

export interface AskOptions {
  readonly config: Config['ask'];
  readonly modelRuns: ModelRuns;
  readonly conversations: Pick<Conversations, 'history'>;
  readonly readQuestionFiles: ReadQuestionFiles;
  readonly followUpInput: FollowUpInput;
}

export function createAsk(options: AskOptions): Command {
  const { config, modelRuns, conversations, readQuestionFiles, followUpInput } = options;
  const [standard] = config.models;
  return defineModelCommand({
    name: 'ask',
    description: 'Ask a language model; it remembers this conversation',
    access: 'everyone',
    onMessage: {
      label: 'Ask about this',
      asks: {
        name: 'prompt',
        label: 'What do you want to know?',
        required: true,
        type: 'text',
        maxLength: LONGEST_PROMPT,
      },
    },
    options: {
      prompt: {
        type: 'string',
        description: 'What you want to know',
        required: true,
        maxLength: LONGEST_PROMPT,
      },
      model: {
        type: 'string',
        description: `Which model answers; ${standard.name} by default`,
        suggest: suggestModels(config.models),
      },
      file: { type: 'attachment', description: 'A picture or text to ask about', accept: ['image', 'text'] },
      private: { type: 'boolean', description: 'Show the answer to you alone' },
    },

    async plan({ prompt, model: name, file }, context) {
      const { person, place } = context;
      const chosen = await modelRuns.choose(config.models, name, place);
      const { pictures, taker, text: read } = await readQuestionFiles(config.models, chosen, file, context);
      const key = conversationKey(place, person);
      const given = questionInput(chosen, {
        text: read === '' ? prompt : `${read}\n\n${prompt}`,
        system: config.system,
        history: await conversations.history(key),
      });
      const seen = taker && {
        files: new Map([[taker.name, pictures]]),
        accept: new Map([[taker.name, ['image'] as const]]),
      };
      const options = {
        [promptInput(chosen.resolved)?.name ?? 'prompt']: 'prompt',
        ...(taker && { [taker.name]: 'file' }),
      };
      const run = { ...chosen, given, ...seen, mapping: { command: 'ask', options } };
      return { ...(await planOf(run, { key, prompt })), ...(read !== '' && { read }) };
    },

    async followUp(name, run, { person, place }) {
      const chosen = await modelRuns.choose(config.models, run.plan.label, place);
      const asked = await followUpInput(name, run, chosen.resolved);
      const memory = run.plan.memory ?? { key: conversationKey(place, person), prompt: '' };
      const told = name === 'continue' ? { ...memory, prompt: 'Continue.' } : { ...memory, replaces: run.id };
      return planOf({ ...chosen, ...asked }, told);
    },
  });

  async function planOf(run: ModelRun, memory: NonNullable<Plan['memory']>): Promise<Plan> {
    const { plan } = await modelRuns.plan({ ...run, hiddenTokens: HIDDEN_TOKENS });
    return { ...plan, presenter: 'text', followUps: TEXT_FOLLOW_UPS, memory };
  }
}
