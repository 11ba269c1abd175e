/** What a person gets to read of an error; what the operator needs goes to the log. */

import { randomBytes } from 'node:crypto';
import { OperatorError, UserError } from './errors.ts';
import { describeError, type Log } from './log.ts';

/** A sentence for the person. `fields` say in the log what the request was. */
export function explainError(error: unknown, log: Log, fields: object): string {
  if (error instanceof UserError) return error.message;
  if (error instanceof OperatorError) {
    log.error(
      { ...fields, reason: error.message },
      'a request failed for a reason only the operator can mend',
    );
    return error.forPerson;
  }
  const reference = randomBytes(4).toString('hex');
  const stack = error instanceof Error ? error.stack : undefined;
  log.error({ ...fields, reference, reason: describeError(error), stack }, 'a request failed');
  return `Something went wrong on our side. Nothing was charged. An admin finds it in the log under ${reference}.`;
}
