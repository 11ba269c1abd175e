/** Refusals of Replicate's API as sentences: for the person when they can put it right, for the operator otherwise. */

import { OperatorError, UserError } from '../errors.ts';
import type { ModelInput } from './prediction.ts';
import { BusyError, RefusalError, UnreachableError } from './refusal.ts';
import { describeAllowed } from './schema.ts';

/** What was asked for, so that the sentence can name it. */
export interface Asked {
  /** Like `The model meta/llama-3`. */
  readonly what: string;
  /** The model's inputs, to say what is allowed. */
  readonly inputs?: readonly ModelInput[];
}

const ACCOUNT = "The bot's Replicate account needs attention. Please tell an admin of this bot.";
const UNREACHABLE = "Replicate can't be reached right now. Try again in a few minutes.";

/** The error to throw instead of this one; errors that are not about Replicate's answers pass unchanged. */
export function explain(error: unknown, asked: Asked): unknown {
  if (error instanceof BusyError) {
    return new UserError(`Replicate is busy; try again in ${error.retryAfterSeconds} s.`);
  }
  if (error instanceof UnreachableError) return new OperatorError(error.message, UNREACHABLE);
  if (!(error instanceof RefusalError)) return error;
  switch (error.status) {
    case 401:
    case 402:
    case 403:
      return new OperatorError(error.message, ACCOUNT);
    case 404:
    case 410:
      return new UserError(
        `${asked.what} does not exist on Replicate, or it is private. Check how it is spelled.`,
        'unknown',
      );
    case 413:
      return new UserError('The input is too large for Replicate. Send less text or smaller files.');
    case 400:
    case 422:
      return new UserError(explainInput(error, asked));
    default:
      return new OperatorError(error.message, UNREACHABLE);
  }
}

/** Which input is wrong, why, and what it takes. */
function explainInput(error: RefusalError, asked: Asked): string {
  if (/invalid version|not permitted/i.test(error.detail)) {
    return `${asked.what} can't be run: its version does not exist or is not open to this account.`;
  }
  const problems = error.invalidFields.length > 0 ? error.invalidFields : readProblems(error.detail);
  if (problems.length === 0) return `Replicate did not accept the input: ${cleanText(error.detail)}`;
  const sentences = problems.slice(0, 5).map(({ field, description }) => {
    const name = field.replace(/^(?:body\.)?input\./, '');
    const input = asked.inputs?.find((candidate) => candidate.name === name);
    const reason = cleanText(description)
      .replace(new RegExp(`^${escapePattern(name)}[: ]+`), '')
      .replace(/\.$/, '');
    return `“${name}” ${reason}${input ? ` (allowed: ${describeAllowed(input)})` : ''}.`;
  });
  return `${asked.what} did not accept the input. ${sentences.join(' ')}`;
}

/** Lines like `- input: prompt is required` or `- input.width: Must be less than or equal to 1440`. */
function readProblems(detail: string): { field: string; description: string }[] {
  return [...detail.matchAll(/- input(?:\.([\w.-]+))?: *(.+)/g)].map(([, path, rest = '']) => {
    const field = path ?? /^[\w-]+/.exec(rest)?.[0] ?? 'input';
    return { field, description: rest };
  });
}

/** A raw error text made fit to be shown: one line, no links, no tokens, no control characters, at most `maxLength`. */
export function cleanText(text: string, maxLength = 200): string {
  const clean = text
    .replace(/\b(?:https?|wss?|file|s3|gs):\/\/\S+/gi, '[link]')
    .replace(/\b(?:data:[\w/+.-]+;base64,\S+|r8_\w+|Bearer +\S+|[A-Za-z0-9+/_-]{40,}=*)/g, '[…]')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return clean.length <= maxLength
    ? clean
    : `${clean.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Whether the same question may well be answered a little later: the line is down, or Replicate is. */
export function isPassing(error: unknown): boolean {
  return error instanceof UnreachableError || error instanceof BusyError;
}

/** Runs the call and throws its failure explained. */
export async function explained<T>(asked: Asked, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw explain(error, asked);
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&');
}
