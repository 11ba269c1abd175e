/** Why a prediction did not succeed, as a sentence for the person who asked. */

import { cleanText } from './failures.ts';
import type { Prediction } from './prediction.ts';

/** Replicate's error codes that we can say something useful about (replicate.com/docs/reference/error-codes). */
const CODES: Readonly<Record<string, string>> = {
  E1000: 'The model failed for a reason that Replicate does not know (E1000). Try again.',
  E1001: 'The model ran out of memory (E1001). Try again with a shorter or smaller input.',
  E4875:
    'The prediction was started with an empty webhook address (E4875). Please tell an admin of this bot.',
  E6716: 'The model did not start in time (E6716). Try again in a minute.',
};

/** One sentence or two, without links, tokens or stack traces. For failed, canceled and aborted predictions. */
export function describeFailure(prediction: Prediction): string {
  switch (prediction.status) {
    case 'aborted':
      return 'The model did not start within the time this request was given, so it was stopped; that costs nothing. Try again later.';
    case 'canceled':
      return 'The run was stopped before it was finished.';
    case 'failed':
      return describeError(prediction.error ?? '');
    case 'starting':
    case 'processing':
    case 'succeeded':
      return 'The run has not failed.';
  }
}

function describeError(error: string): string {
  const code = /\bE\d{3,5}\b/.exec(error)?.[0];
  const known = code === undefined ? undefined : CODES[code];
  if (known) return known;
  // Of a Python traceback only the last line says what happened.
  const lines = error.split('\n').filter((line) => line.trim() !== '');
  const reason = cleanText(/^Traceback /m.test(error) ? (lines.at(-1) ?? '') : error).replace(/[\s.]+$/, '');
  if (reason === '') return 'The model failed without saying why. Try again, or change the input.';
  return `The model failed: ${reason}.`;
}
