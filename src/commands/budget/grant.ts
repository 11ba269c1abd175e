/** `/budget grant`: extra credit that is used after a period's allowance. */

import { describeState, scopeName } from '../../core/budget/describe.ts';
import { formatUsd, parseUsd } from '../../core/budget/money.ts';
import { spanBetween } from '../../core/budget/span.ts';
import { type Command, defineInstantCommand } from '../../core/command.ts';
import { UserError } from '../../core/errors.ts';
import { actorOf, type BudgetCommandOptions, readScope, SCOPE_OPTIONS } from './scope-options.ts';

export function createBudgetGrant({ budget, clock, timezone }: BudgetCommandOptions): Command {
  return defineInstantCommand({
    name: 'budget grant',
    description: "Give extra credit, used after the period's allowance",
    access: 'admins',
    private: true,
    options: {
      amount: { type: 'string', description: 'US dollars, like 5.00', required: true, maxLength: 20 },
      expires: {
        type: 'string',
        description: 'The last day it can be used, like 2027-01-31; never when left out',
        maxLength: 10,
      },
      ...SCOPE_OPTIONS,
    },
    async run({ amount, expires, ...whose }, context) {
      const scope = readScope(whose, context);
      const amountMicroUsd = parseUsd(amount);
      if (amountMicroUsd === undefined || amountMicroUsd === 0) {
        throw new UserError(`"${amount}" is not an amount of money. Give one like \`5.00\`.`);
      }
      const expiresAt = expires === undefined ? undefined : endOf(expires);
      const state = await budget.grant(
        scope,
        amountMicroUsd,
        { ...(expiresAt !== undefined && { expiresAt }) },
        actorOf(context),
      );
      const until = expires === undefined ? '' : `, to be used by the end of ${expires}`;
      return {
        text: `**${scopeName(scope)}** has ${formatUsd(amountMicroUsd)} of extra credit more${until}.\n${describeState(state, clock.now(), timezone)}`,
      };
    },
  });

  function endOf(day: string): number {
    const end = spanBetween(day, day, timezone).to;
    if (end > clock.now()) return end;
    throw new UserError(`${day} is over. Give a day that is still to come.`);
  }
}
