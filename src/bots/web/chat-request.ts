/** What the page sends, checked once where it enters. */

import { z } from 'zod';
import type { RawArguments } from '../../core/chat.ts';
import type { Command } from '../../core/command.ts';
import { isId } from './conversation.ts';

const MAX_TEXT = 100_000;

const id = z.string().refine(isId, 'must be 8 to 64 letters, digits or hyphens');

/** Either `text` as a person types it, or a `command` with its `args`. `id` makes sending again harmless. */
const chatRequest = z.object({
  conversation: id,
  id: id.optional(),
  text: z.string().trim().min(1).max(MAX_TEXT).optional(),
  command: z.string().min(1).max(100).optional(),
  args: z.record(z.string(), z.union([z.string().max(MAX_TEXT), z.number(), z.boolean()])).optional(),
});

const pressRequest = z.object({ buttonId: z.string().min(1).max(100) });

export interface ChatRequest {
  readonly conversation: string;
  readonly id?: string;
  /** What stands above the answer. */
  readonly question: string;
  readonly command: string;
  readonly args: RawArguments;
}

/** Undefined when the body is not a request we understand. */
export function parseChatRequest(body: unknown, commands: readonly Command[]): ChatRequest | undefined {
  const parsed = chatRequest.safeParse(body);
  if (!parsed.success) return undefined;
  const { conversation, id: requestId, text, command, args } = parsed.data;
  const base = { conversation, ...(requestId === undefined ? {} : { id: requestId }) };
  if (command !== undefined && text === undefined) {
    return { ...base, question: `/${command}`, command, args: { form: 'typed', values: args ?? {} } };
  }
  if (text === undefined) return undefined;
  const { name, rest } = command === undefined ? splitCommand(text, commands) : { name: command, rest: text };
  return { ...base, question: text, command: name, args: { form: 'text', text: rest } };
}

/** Undefined when the body is not a press. */
export function parsePress(body: unknown): string | undefined {
  const parsed = pressRequest.safeParse(body);
  return parsed.success ? parsed.data.buttonId : undefined;
}

/** `/name rest` is that command (names may have two words), anything else a question for `ask`. */
function splitCommand(text: string, commands: readonly Command[]): { name: string; rest: string } {
  const match = /^\/([a-z][\w-]*)(?:[^\S\n]+([a-z][\w-]*)(?=\s|$))?/i.exec(text);
  const first = match?.[1];
  if (match === null || first === undefined || !/^(?:\s|$)/.test(text.slice(first.length + 1))) {
    return { name: 'ask', rest: text };
  }
  const two = `${first} ${match[2] ?? ''}`.toLowerCase();
  if (commands.some(({ name }) => name === two))
    return { name: two, rest: text.slice(match[0].length).trim() };
  return { name: first.toLowerCase(), rest: text.slice(first.length + 1).trim() };
}
