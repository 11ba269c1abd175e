/** `/ask`: a question to a text model, with what was said before in this conversation, with pictures and texts. */

import { planCost } from '../core/budget/plan-cost.ts';
import { type Command, defineModelCommand, type Plan } from '../core/command.ts';
import type { Config, ModelConfig } from '../core/config/config.ts';
import { type Conversations, conversationKey, type Turn } from '../core/conversations.ts';
import { UserError } from '../core/errors.ts';
import type { Intake } from '../core/files/intake.ts';
import { textOf } from '../core/models/output.ts';
import type { Models, ResolvedModel } from '../core/models/prediction.ts';
import type { Run } from '../core/runs/run.ts';
import { chooseModel, suggestModels } from './choose-model.ts';
import { inputNamed, LIMIT_INPUTS } from './model-inputs.ts';
import { readQuestionFiles } from './question-files.ts';

/** Text has about four characters per token in English and fewer elsewhere; two keep the estimate on the safe side. */
const CHARACTERS_PER_TOKEN = 2;
/** What the chat template adds around prompt and system prompt. */
const TEMPLATE_TOKENS = 100;
/** More than any vision model counts for a picture. */
const PICTURE_TOKENS = 6000;
const LONGEST_PROMPT = 6000;

const PROMPT_INPUTS = ['prompt', 'text', 'message', 'question'];
const SYSTEM_INPUTS = ['system_prompt', 'system', 'system_instruction'];

export interface AskOptions {
  readonly config: Config['ask'];
  readonly models: Models;
  readonly conversations: Conversations;
  readonly intake: Intake;
}

export function createAsk({ config, models, conversations, intake }: AskOptions): Command {
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
      const model = chooseModel(config.models, name, place);
      const resolved = await models.resolve(model.ref);
      const files = await readQuestionFiles(
        { choice: config.models, models, intake },
        model,
        resolved,
        file,
        context,
      );
      const system = inputNamed(resolved, SYSTEM_INPUTS)?.name;
      const limit = inputNamed(resolved, LIMIT_INPUTS)?.name;
      const key = conversationKey(place, person);
      const question = files.context === '' ? prompt : `${files.context}\n\n${prompt}`;
      const room = (model.contextTokens - model.maxOutputTokens - TEMPLATE_TOKENS) * CHARACTERS_PER_TOKEN;
      const left = room - config.system.length - question.length;
      if (files.context !== '' && left < 0) {
        throw new UserError(
          `That is more text than ${model.name} can read: ${-left} of ${question.length} characters are too many.`,
        );
      }
      const before = system === undefined ? `${config.system}\n\n` : '';
      const input = {
        [promptInput(resolved)]: before + withHistory(await conversations.history(key), question, left),
        ...files.input,
        ...(system !== undefined && { [system]: config.system }),
        ...(limit !== undefined && { [limit]: model.maxOutputTokens }),
      };
      const plan = planOf(model, resolved, input, { key, prompt }, files.pictures);
      return { ...plan, ...(files.context !== '' && { read: files.context }) };
    },

    async followUp(name, run, { person, place }) {
      const model = chooseModel(config.models, run.plan.label, place);
      const resolved = await models.resolve(model.ref);
      const limit = inputNamed(resolved, LIMIT_INPUTS)?.name;
      const input = {
        ...run.plan.input,
        ...(limit !== undefined && { [limit]: model.maxOutputTokens }),
      };
      const pictures = Object.values(input).flat().filter(isFileInput).length;
      const memory = run.plan.memory ?? { key: conversationKey(place, person), prompt: '' };
      switch (name) {
        case 'regenerate':
          return planOf(model, resolved, input, { ...memory, replaces: run.id }, pictures);
        case 'continue': {
          const asked = String(input[promptInput(resolved)] ?? '');
          const text = `${asked}\n\nThe answer so far:\n${await answerOf(run)}\n\nContinue it exactly where it stops. Repeat nothing.`;
          const continued = { ...input, [promptInput(resolved)]: text };
          return planOf(model, resolved, continued, { ...memory, prompt: 'Continue.' }, pictures);
        }
        default:
          throw new UserError('This button no longer does anything.');
      }
    },
  });

  function planOf(
    model: ModelConfig,
    resolved: ResolvedModel,
    input: Plan['input'],
    memory: NonNullable<Plan['memory']>,
    pictures: number,
  ): Plan {
    const limitInput = inputNamed(resolved, LIMIT_INPUTS)?.name;
    // Every token is at least one byte, so the bytes are a bound that no tokenizer exceeds.
    const texts = Object.values(input).filter((value) => typeof value === 'string');
    const inputTokens = Buffer.byteLength(texts.join('')) + TEMPLATE_TOKENS + pictures * PICTURE_TOKENS;
    const limited = limitInput === undefined ? {} : { limitInput };
    return {
      label: model.name,
      model: resolved.ref,
      input,
      presenter: 'text',
      followUps: [
        { name: 'continue', label: 'Continue', whenCut: true },
        { name: 'regenerate', label: 'Regenerate' },
      ],
      cost: planCost(
        model.price,
        {
          deadlineSeconds: model.maxSeconds,
          typicalSeconds: model.typicalSeconds,
          text: { inputTokens, maxOutputTokens: model.maxOutputTokens, ...limited },
        },
        model.name,
      ),
      ...limited,
      memory,
    };
  }

  /** What a run answered, as far as it came: from Replicate for an hour, and from what we remember. */
  async function answerOf(run: Run): Promise<string> {
    const prediction = run.predictionId === undefined ? undefined : await models.get(run.predictionId);
    const text = textOf(prediction?.output);
    if (text !== '') return text;
    const turns = await conversations.history(run.plan.memory?.key ?? '');
    const turn = turns.find((earlier) => earlier.runId === run.id);
    if (turn) return turn.answer;
    throw new UserError('That answer is no longer kept, so it can’t be continued. Please ask again.');
  }
}

function promptInput(model: ResolvedModel): string {
  return inputNamed(model, PROMPT_INPUTS)?.name ?? 'prompt';
}

function isFileInput(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\/\S+$/.test(value);
}

/** The newest turns that fit, before the question. A first question stands alone. */
function withHistory(history: readonly Turn[], question: string, roomCharacters: number): string {
  const turns: string[] = [];
  let length = 0;
  for (const turn of history.toReversed()) {
    const text = `User: ${turn.prompt}\nAssistant: ${turn.answer}`;
    length += text.length + 2;
    if (length > roomCharacters) break;
    turns.unshift(text);
  }
  return turns.length === 0 ? question : `${turns.join('\n\n')}\n\nUser: ${question}\nAssistant:`;
}
