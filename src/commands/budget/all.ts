/** Every `/budget` command. */

import type { Command } from '../../core/command.ts';
import { createBudgetAudit } from './audit.ts';
import { createBudgetGrant } from './grant.ts';
import { createBudgetReport, type ReportCommandOptions } from './report.ts';
import { createBudgetClear, createBudgetSet } from './set.ts';
import { createBudgetPause, createBudgetReset, createBudgetResume } from './switch.ts';
import { createBudgetView } from './view.ts';

export function createBudgetCommands(options: ReportCommandOptions): readonly Command[] {
  return [
    createBudgetView(options),
    createBudgetSet(options),
    createBudgetClear(options),
    createBudgetGrant(options),
    createBudgetReset(options),
    createBudgetPause(options),
    createBudgetResume(options),
    createBudgetReport(options),
    createBudgetAudit(options),
  ];
}
