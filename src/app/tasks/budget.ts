/** `replibot budget …`: the same commands as in chat, for whoever may use the command line. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBudgetCommands } from '../../commands/budget/all.ts';
import { parseArguments } from '../../core/arguments.ts';
import { createBudget } from '../../core/budget/ledger.ts';
import { createReports } from '../../core/budget/report.ts';
import { systemClock } from '../../core/clock.ts';
import { OperatorError, UserError } from '../../core/errors.ts';
import { createMadeFiles } from '../../core/files/made-files.ts';
import { createPeople } from '../../core/people.ts';
import type { Task } from './task.ts';
import { withDatabase } from './with-database.ts';

/** Whoever sits at the command line owns the database. */
const OPERATOR = { id: 'web:operator', name: 'operator', platformAdmin: true };
const PLACE = { surface: 'web', channel: 'command-line', direct: true } as const;

/** `words`: what follows `budget`, as it would be typed in chat. */
export const budgetCommand: Task<{ readonly words: readonly string[] }> = (config, print, { words }) =>
  withDatabase(config, async (database) => {
    const { timezone } = config;
    const clock = systemClock;
    const commands = createBudgetCommands({
      budget: createBudget({ database, clock, timezone, defaults: config.budgets }),
      reports: createReports({ database, timezone }),
      people: createPeople({ database, clock }),
      madeFiles: createMadeFiles({ directory: join(tmpdir(), 'replibot-reports'), clock }),
      clock,
      timezone,
    });
    const [verb = '', ...rest] = words;
    const command = commands.find(({ name }) => name === `budget ${verb}`);
    if (command?.kind !== 'instant') {
      const verbs = commands.map(({ name }) => name.replace('budget ', '')).join(', ');
      throw new OperatorError(`there is no budget ${verb}; there is ${verbs}`, '');
    }
    try {
      const args = parseArguments(command.options, { form: 'text', text: rest.map(quote).join(' ') });
      const context = { person: OPERATOR, place: PLACE, attachments: [], admin: true };
      const { text, files = [] } = await command.run(args, context);
      await print(text);
      for (const { name, path } of files) await print(`${name}: ${path}`);
      return 0;
    } catch (error) {
      if (error instanceof UserError) throw new OperatorError(error.message, '');
      throw error;
    }
  });

/** The shell has taken the quotes away. */
function quote(word: string): string {
  return /\s/.test(word) ? `"${word}"` : word;
}
