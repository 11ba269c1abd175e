/** `/budget view` and `/budget set`: the caps of a person and of everybody, for admins. */

import type { Budget, Scope } from '../core/budget/budget.ts';
import { formatCap, parseCap } from '../core/budget/cap.ts';
import { describeState } from '../core/budget/describe.ts';
import type { Clock } from '../core/clock.ts';
import { type Command, defineInstantCommand } from '../core/command.ts';
import { UserError } from '../core/errors.ts';

export interface BudgetCommandOptions {
  readonly budget: Budget;
  readonly clock: Clock;
  readonly timezone: string;
}

export function createBudgetView({ budget, clock, timezone }: BudgetCommandOptions): Command {
  return defineInstantCommand({
    name: 'budget view',
    description: 'Show the budget of a person, or of everybody',
    access: 'admins',
    private: true,
    options: {
      person: { type: 'person', description: 'Whose budget; everybody together when left out' },
    },
    async run({ person }) {
      const state = await budget.state(scopeOf(person));
      const source = state.source === 'admin' ? 'set by an admin' : 'from the configuration';
      const title = person === undefined ? 'Everybody together' : person;
      return { text: `**${title}** (${source})\n${describeState(state, clock.now(), timezone)}` };
    },
  });
}

export function createBudgetSet({ budget, clock, timezone }: BudgetCommandOptions): Command {
  return defineInstantCommand({
    name: 'budget set',
    description: 'Set the budget of a person, or of everybody',
    access: 'admins',
    private: true,
    options: {
      amount: {
        type: 'string',
        description: 'Like 1.50 or unlimited, or 5.00 per week',
        required: true,
        maxLength: 60,
      },
      per: {
        type: 'choice',
        description: 'How often it starts anew; as before when left out',
        choices: ['day', 'week', 'month', 'once'],
      },
      person: { type: 'person', description: 'Whose budget; everybody together when left out' },
    },
    async run({ amount, per, person }, context) {
      const scope = scopeOf(person);
      const before = await budget.state(scope);
      // A period that stands in the amount wins; without any, the one that is in force stays.
      const cap = parseCap(joined(amount, per ?? before.cap.unit)) ?? parseCap(amount);
      if (!cap) {
        throw new UserError(
          `"${amount}" is not a budget. Give an amount like \`1.50\`, \`5.00 per week\` or \`unlimited\`.`,
        );
      }
      const after = await budget.set(scope, cap, context.person.id);
      const whose = person === undefined ? 'everybody together' : person;
      return {
        text: `The budget of **${whose}** was ${formatCap(before.cap)} and is now ${formatCap(after.cap)}.\n${describeState(after, clock.now(), timezone)}`,
      };
    },
  });
}

function joined(amount: string, per: string): string {
  return per === 'once' ? `${amount} once` : `${amount} per ${per}`;
}

function scopeOf(personId: string | undefined): Scope {
  return personId === undefined ? { kind: 'everybody' } : { kind: 'person', id: personId };
}
