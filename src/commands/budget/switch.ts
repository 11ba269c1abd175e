/** `/budget reset`, `/budget pause` and `/budget resume`: start a period anew, stop spending, and let it go on. */

import { describeState, scopeName } from '../../core/budget/describe.ts';
import { type Command, defineInstantCommand } from '../../core/command.ts';
import { actorOf, type BudgetCommandOptions, readScope, SCOPE_OPTIONS } from './scope-options.ts';

export function createBudgetReset({ budget, clock, timezone }: BudgetCommandOptions): Command {
  return defineInstantCommand({
    name: 'budget reset',
    description: 'What was spent in this period counts as nothing; the history stays',
    access: 'admins',
    private: true,
    options: SCOPE_OPTIONS,
    async run(args, context) {
      const scope = readScope(args, context);
      const state = await budget.reset(scope, actorOf(context));
      return {
        text: `The budget of **${scopeName(scope)}** starts anew.\n${describeState(state, clock.now(), timezone)}`,
      };
    },
  });
}

export function createBudgetPause({ budget }: BudgetCommandOptions): Command {
  return defineInstantCommand({
    name: 'budget pause',
    description: 'Refuse new requests until you resume them; what runs goes on',
    access: 'admins',
    private: true,
    options: SCOPE_OPTIONS,
    async run(args, context) {
      const scope = readScope(args, context);
      await budget.pause(scope, actorOf(context));
      return { text: `**${scopeName(scope)}** is paused. \`/budget resume\` ends that.` };
    },
  });
}

export function createBudgetResume({ budget }: BudgetCommandOptions): Command {
  return defineInstantCommand({
    name: 'budget resume',
    description: 'Accept requests again',
    access: 'admins',
    private: true,
    options: SCOPE_OPTIONS,
    async run(args, context) {
      const scope = readScope(args, context);
      const resumed = await budget.resume(scope, actorOf(context));
      return { text: `**${scopeName(scope)}** ${resumed ? 'may spend again' : 'was not paused'}.` };
    },
  });
}
