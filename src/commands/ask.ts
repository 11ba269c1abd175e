/** `/ask`: a question to a text model, with what was said before in this conversation. */

import { textPlanCost } from '../core/budget/plan-cost.ts';
import type { Choice } from '../core/chat.ts';
import { type Command, defineModelCommand, type PlanCost } from '../core/command.ts';
import type { Config, ModelConfig } from '../core/config/config.ts';
import { type Conversations, conversationKey, type Turn } from '../core/conversations.ts';
import { UserError } from '../core/errors.ts';
import type { Models, ResolvedModel } from '../core/models/prediction.ts';

/** Text has about four characters per token in English and fewer elsewhere; two keep the estimate on the safe side. */
const CHARACTERS_PER_TOKEN = 2;
/** What the chat template adds around prompt and system prompt. */
const TEMPLATE_TOKENS = 100;
const LONGEST_PROMPT = 6000;

const LIMIT_INPUTS = [
  'max_tokens',
  'max_new_tokens',
  'max_output_tokens',
  'max_completion_tokens',
  'max_length',
];
const SYSTEM_INPUTS = ['system_prompt', 'system', 'system_instruction'];

export function createAsk(options: {
  config: Config['ask'];
  models: Models;
  conversations: Conversations;
}): Command {
  const { config, models, conversations } = options;
  const [standard] = config.models;
  return defineModelCommand({
    name: 'ask',
    description: 'Ask a language model; it remembers this conversation',
    access: 'everyone',
    options: {
      prompt: {
        type: 'string',
        description: 'What you want to know',
        required: true,
        maxLength: LONGEST_PROMPT,
      },
      model: { type: 'string', description: `Which model answers; ${standard.name} by default`, suggest },
      private: { type: 'boolean', description: 'Show the answer to you alone' },
    },
    async plan({ prompt, model: name }, { person, place }) {
      const model = name === undefined ? standard : chosen(name);
      const resolved = await models.resolve(model.ref);
      const promptInput = inputNamed(resolved, ['prompt', 'text', 'message', 'question']) ?? 'prompt';
      const limitInput = inputNamed(resolved, LIMIT_INPUTS);
      const systemInput = inputNamed(resolved, SYSTEM_INPUTS);
      const key = conversationKey(place, person);
      const room = (model.contextTokens - model.maxOutputTokens - TEMPLATE_TOKENS) * CHARACTERS_PER_TOKEN;
      const system = systemInput === undefined ? `${config.system}\n\n` : '';
      const text =
        system + withHistory(await conversations.history(key), prompt, room - config.system.length);
      const input = {
        [promptInput]: text,
        ...(systemInput !== undefined && { [systemInput]: config.system }),
        ...(limitInput !== undefined && { [limitInput]: model.maxOutputTokens }),
      };
      return {
        label: model.name,
        model: resolved.ref,
        input,
        presenter: 'text',
        cost: costOf(model, `${config.system}${text}`, limitInput),
        memory: { key, prompt },
      };
    },
  });

  function chosen(name: string): ModelConfig {
    const model = config.models.find((candidate) => candidate.name === name.toLowerCase());
    if (model) return model;
    throw new UserError(
      `There is no model "${name}" here. There is ${config.models.map((known) => known.name).join(', ')}.`,
    );
  }

  function suggest(typed: string): readonly Choice[] {
    return config.models
      .filter((model) => `${model.name} ${model.ref}`.toLowerCase().includes(typed.toLowerCase()))
      .map((model) => ({
        name: `${model.name} (${model.ref.split(':')[0]})`.slice(0, 100),
        value: model.name,
      }));
  }
}

function inputNamed(model: ResolvedModel, names: readonly string[]): string | undefined {
  return names.find((name) => model.inputs.some((input) => input.name === name));
}

/** Every token is at least one byte, so the bytes are a bound that no tokenizer exceeds. */
function costOf(model: ModelConfig, text: string, limitInput: string | undefined): PlanCost {
  return textPlanCost(
    model.price,
    {
      deadlineSeconds: model.maxSeconds,
      typicalSeconds: model.typicalSeconds,
      inputTokens: Buffer.byteLength(text) + TEMPLATE_TOKENS,
      maxOutputTokens: model.maxOutputTokens,
      ...(limitInput !== undefined && { limitInput }),
    },
    model.name,
  );
}

/** The newest turns that fit, before the question. A first question stands alone. */
function withHistory(history: readonly Turn[], prompt: string, roomCharacters: number): string {
  const turns: string[] = [];
  let length = prompt.length;
  for (const turn of history.toReversed()) {
    const text = `User: ${turn.prompt}\nAssistant: ${turn.answer}`;
    length += text.length + 2;
    if (length > roomCharacters) break;
    turns.unshift(text);
  }
  return turns.length === 0 ? prompt : `${turns.join('\n\n')}\n\nUser: ${prompt}\nAssistant:`;
}
