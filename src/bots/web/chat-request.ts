/** What the page sends, checked once where it enters. */

import { z } from 'zod';
import type { RawArguments } from '../../core/chat.ts';
import type { Command } from '../../core/command.ts';
import { FORM_LIMITS } from '../../core/form.ts';
import { mediaKind } from '../../core/media-kind.ts';
import { type AskedFile, isId } from './conversation.ts';
import { fileLimits } from './shown-files.ts';

const MAX_TEXT = 100_000;

const id = z.string().refine(isId, 'must be 8 to 64 letters, digits or hyphens');
const text = z.string().trim().max(MAX_TEXT);
const buttonId = z.string().min(1).max(100);
const values = z.record(z.string(), z.union([z.string().max(MAX_TEXT), z.number(), z.boolean()]));

/** Either `text` as a person types it, or a `command` with its `args`. `id` makes sending again harmless. */
const chatRequest = z.object({
  conversation: id,
  id: id.optional(),
  text: text.optional(),
  /** Uploads. */
  files: z.array(id).max(fileLimits.maxCount).default([]),
  command: z.string().min(1).max(100).optional(),
  args: values.optional(),
});

/** `label` is what stands on the button: it becomes the question when the press asks for something new. */
const pressRequest = z.object({ id, buttonId, label: z.string().max(80) });

const formRequest = z.object({ buttonId });

const submission = z.object({
  id,
  form: buttonId,
  /** The form in words, to stand above the answer. */
  question: text,
  values,
  /** Uploads by the fields' names. */
  files: z.record(z.string(), z.array(id).min(1).max(FORM_LIMITS.files)),
});

const uploadRequest = z.object({
  name: z.string().min(1).max(500),
  contentType: z.string().max(200),
  sizeBytes: z.int().min(0),
});

type ChatRequest = z.infer<typeof chatRequest>;

/** Each is undefined when the body is not what it should be. */
export const parseChatRequest = (body: unknown): ChatRequest | undefined => {
  const { success, data } = chatRequest.safeParse(body);
  return success && (data.command !== undefined || data.text || data.files.length > 0) ? data : undefined;
};
export const parsePress = (body: unknown) => pressRequest.safeParse(body).data;
export const parseFormRequest = (body: unknown) => formRequest.safeParse(body).data;
export const parseSubmission = (body: unknown) => submission.safeParse(body).data;
export const parseUploadRequest = (body: unknown) => uploadRequest.safeParse(body).data;

/** What is asked, and how it stands above the answer. */
export interface Asked {
  readonly question: string;
  readonly command: string;
  readonly args: RawArguments;
}

export function readAsked(
  { text = '', command, args }: ChatRequest,
  files: readonly AskedFile[],
  commands: readonly Command[],
): Asked {
  if (command !== undefined && text === '') {
    return { question: `/${command}`, command, args: { form: 'typed', values: args ?? {} } };
  }
  const { name, rest } =
    command === undefined ? splitCommand(text, files, commands) : { name: command, rest: text };
  return { question: text, command: name, args: { form: 'text', text: rest } };
}

/** `/name rest` is that command (names may have two words), a recording without a word is to be written down, the rest asks. */
function splitCommand(
  typed: string,
  files: readonly AskedFile[],
  commands: readonly Command[],
): { name: string; rest: string } {
  const isCommand = (name: string) => commands.some((command) => command.name === name);
  if (typed === '' && isCommand('transcribe') && files.some(isRecording))
    return { name: 'transcribe', rest: '' };
  const match = /^\/([a-z][\w-]*)(?:[^\S\n]+([a-z][\w-]*)(?=\s|$))?/i.exec(typed);
  const first = match?.[1];
  if (match === null || first === undefined || !/^(?:\s|$)/.test(typed.slice(first.length + 1))) {
    return { name: 'ask', rest: typed };
  }
  const two = `${first} ${match[2] ?? ''}`.toLowerCase();
  if (isCommand(two)) return { name: two, rest: typed.slice(match[0].length).trim() };
  return { name: first.toLowerCase(), rest: typed.slice(first.length + 1).trim() };
}

function isRecording(file: AskedFile): boolean {
  const kind = mediaKind(file);
  return kind === 'audio' || kind === 'video';
}
