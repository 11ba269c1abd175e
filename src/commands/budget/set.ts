/** `/budget set` and `/budget clear`: a cap from now on, or the configured one again. */

import type { Scope, Unit } from '../../core/budget/budget.ts';
import { formatCap, parseCap } from '../../core/budget/cap.ts';
import { describeState, scopeName } from '../../core/budget/describe.ts';
import { type Command, defineInstantCommand } from '../../core/command.ts';
import { UserError } from '../../core/errors.ts';
import { actorOf, type BudgetCommandOptions, readScope, SCOPE_OPTIONS } from './scope-options.ts';

const PERIODS = ['day', 'week', 'month', 'once'] as const satisfies readonly Unit[];
const SUGGESTED = ['0', '1.00', '2.00', '5.00', '10.00', '20.00', '50.00', '100.00', 'unlimited'];

export function createBudgetSet({ budget, clock, timezone }: BudgetCommandOptions): Command {
  return defineInstantCommand({
    name: 'budget set',
    description: 'Set a budget from now on',
    access: 'admins',
    private: true,
    options: {
      amount: {
        type: 'string',
        description: 'US dollars, like 1.50, 5.00 per week, 0 or unlimited',
        required: true,
        maxLength: 60,
        suggest: suggestAmounts,
      },
      per: {
        type: 'choice',
        description: 'How often it starts anew; as before when left out',
        choices: PERIODS,
      },
      ...SCOPE_OPTIONS,
    },
    async run({ amount, per, ...whose }, context) {
      const scope = readScope(whose, context);
      const before = await capOf(scope);
      // A period that stands in the amount wins; without any, the one that is in force stays.
      const cap =
        parseCap(joined(amount, PERIODS.find((unit) => unit === per) ?? before?.unit ?? 'day')) ??
        parseCap(amount);
      if (!cap) {
        throw new UserError(
          `"${amount}" is not a budget. Give an amount like \`1.50\`, \`5.00 per week\` or \`unlimited\`.`,
        );
      }
      const after = await budget.set(scope, cap, actorOf(context));
      const was = before ? `was ${formatCap(before)} and is now` : 'is now';
      return {
        text: `The budget of **${scopeName(scope)}** ${was} ${formatCap(after.cap)}.\n${describeState(after, clock.now(), timezone)}`,
      };
    },
  });

  /** A role, a channel and a workspace have none until somebody gives them one. */
  async function capOf(scope: Scope) {
    try {
      return (await budget.state(scope)).cap;
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }
}

export function createBudgetClear({ budget, clock, timezone }: BudgetCommandOptions): Command {
  return defineInstantCommand({
    name: 'budget clear',
    description: 'Forget what was set: the configuration counts again',
    access: 'admins',
    private: true,
    options: SCOPE_OPTIONS,
    async run(args, context) {
      const scope = readScope(args, context);
      const after = await budget.clear(scope, actorOf(context));
      const now = after ? describeState(after, clock.now(), timezone) : 'It has no budget of its own now.';
      return { text: `What was set for **${scopeName(scope)}** is forgotten.\n${now}` };
    },
  });
}

function joined(amount: string, per: Unit): string {
  return per === 'once' ? `${amount} once` : `${amount} per ${per}`;
}

function suggestAmounts(typed: string) {
  const text = typed.trim().replace(/^\$/, '');
  const own = text !== '' && parseCap(text) ? [text] : [];
  const fitting = SUGGESTED.filter((amount) => amount.startsWith(text));
  return [...new Set([...own, ...fitting])].map((value) => ({
    name: /^[\d.]+$/.test(value) ? `$${value}` : value,
    value,
  }));
}
