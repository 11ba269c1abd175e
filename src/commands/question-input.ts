/** A question as one particular model takes it: after what was said before, and beside what it is always told. */

import type { Turn } from '../core/conversations.ts';
import { UserError } from '../core/errors.ts';
import type { InputValues } from '../core/models/input-values.ts';
import type { ModelInput, ResolvedModel } from '../core/models/prediction.ts';
import { inputNamed, limited } from './model-inputs.ts';
import type { ResolvedChoice } from './model-run.ts';

export interface Question {
  readonly text: string;
  /** What the model is always told. */
  readonly system: string;
  /** Oldest first; as much of it as there is room for goes along. */
  readonly history: readonly Turn[];
}

/** Text has about four characters per token in English and fewer elsewhere; two keep the estimate on the safe side. */
const CHARACTERS_PER_TOKEN = 2;
/**
 * A chat template, and a picture: GPT-4o mini counts the most for one, 2,833 and 5,667 for each of at most eight tiles
 * (platform.openai.com/docs/guides/images-vision, "Calculating costs").
 */
export const HIDDEN_TOKENS = { template: 100, perFile: 50_000 };
const PROMPT_INPUTS = ['prompt', 'text', 'message', 'question'];
const SYSTEM_INPUTS = ['system_prompt', 'system', 'system_instruction'];

/** The input that a question is for. */
export function promptInput(model: Pick<ResolvedModel, 'inputs'>): ModelInput | undefined {
  return inputNamed(model, PROMPT_INPUTS);
}

/** Throws UserError when the model can't read that much at once. */
export function questionInput(
  { model, resolved }: ResolvedChoice,
  { text, system, history }: Question,
): InputValues {
  const tokens = model.contextTokens - model.maxOutputTokens - HIDDEN_TOKENS.template;
  const room = tokens * CHARACTERS_PER_TOKEN - system.length - text.length;
  if (room < 0) {
    throw new UserError(
      `That is more text than ${model.name} can read: ${-room} of ${text.length} characters are too many.`,
    );
  }
  const told = inputNamed(resolved, SYSTEM_INPUTS)?.name;
  const question = withHistory(history, text, room);
  return {
    [promptInput(resolved)?.name ?? 'prompt']: told === undefined ? `${system}\n\n${question}` : question,
    ...(told !== undefined && { [told]: system }),
    ...limited(resolved, model.maxOutputTokens),
  };
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
