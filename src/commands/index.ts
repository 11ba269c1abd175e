/** Every command there is, in the order in which help shows them. */

import type { Budget } from '../core/budget/budget.ts';
import type { Clock } from '../core/clock.ts';
import type { Command } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import type { Conversations } from '../core/conversations.ts';
import type { Models } from '../core/models/prediction.ts';
import type { RunStore } from '../core/runs/store.ts';
import { createAsk } from './ask.ts';
import { createBudgetSet, createBudgetView } from './budget.ts';
import { createForget } from './forget.ts';
import { createHelp } from './help.ts';
import { createModelsCommand } from './models.ts';
import { createUsage } from './usage.ts';

export interface CommandServices {
  readonly config: Config;
  readonly models: Models;
  readonly budget: Budget;
  readonly conversations: Conversations;
  readonly runs: RunStore;
  readonly clock: Clock;
}

export function createCommands(services: CommandServices): readonly Command[] {
  const { config, conversations } = services;
  const forBudgets = { ...services, timezone: config.timezone };
  const commands: Command[] = [
    createAsk({ ...services, config: config.ask }),
    createModelsCommand(services),
    createUsage(forBudgets),
    createForget(conversations),
    createHelp(() => commands),
    createBudgetView(forBudgets),
    createBudgetSet(forBudgets),
  ];
  return commands;
}
