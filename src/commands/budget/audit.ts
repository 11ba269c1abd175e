/** `/budget audit`: what admins changed, newest first. */

import { describeAudit } from '../../core/budget/describe-audit.ts';
import { type Command, defineInstantCommand } from '../../core/command.ts';
import type { BudgetCommandOptions } from './scope-options.ts';

const ENTRIES = 20;

export function createBudgetAudit({ budget, timezone }: BudgetCommandOptions): Command {
  return defineInstantCommand({
    name: 'budget audit',
    description: 'What was changed: who, where, what it was, what it is',
    access: 'admins',
    private: true,
    options: {
      before: { type: 'integer', description: 'The number of the last entry you have seen', min: 1 },
    },
    async run({ before }) {
      const entries = await budget.audit({ limit: ENTRIES, ...(before !== undefined && { before }) });
      if (entries.length === 0) return { text: 'Nothing was changed.' };
      const lines = entries.map((entry) => `- ${entry.id} · ${describeAudit(entry, timezone)}`);
      const last = entries.at(-1)?.id ?? 0;
      const more = entries.length === ENTRIES ? `\n\nEarlier ones: \`/budget audit --before ${last}\`` : '';
      return { text: `${lines.join('\n')}${more}` };
    },
  });
}
