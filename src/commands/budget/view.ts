/** `/budget view`: how a budget stands, or all that were set. */

import type { CapState } from '../../core/budget/budget.ts';
import { describeState, scopeName } from '../../core/budget/describe.ts';
import { type Command, defineInstantCommand } from '../../core/command.ts';
import { type BudgetCommandOptions, readScope, SCOPE_OPTIONS } from './scope-options.ts';

export function createBudgetView({ budget, clock, timezone }: BudgetCommandOptions): Command {
  const describe = (state: CapState) => {
    const source = state.source === 'admin' ? 'set by an admin' : 'from the configuration';
    return `**${scopeName(state.scope)}** (${source})\n${describeState(state, clock.now(), timezone)}`;
  };
  return defineInstantCommand({
    name: 'budget view',
    description: 'Show the budget of somebody or something, or every budget that was set',
    access: 'admins',
    private: true,
    options: SCOPE_OPTIONS,
    async run(args, context) {
      const scope = readScope(args, context);
      if (scope.kind !== 'everybody') return { text: describe(await budget.state(scope)) };
      const caps = await budget.caps();
      return { text: caps.map(describe).join('\n\n') };
    },
  });
}
