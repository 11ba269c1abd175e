/** Every command there is, in the order in which help shows them. */

import type { Budget } from '../core/budget/budget.ts';
import type { Links } from '../core/budget/links.ts';
import type { Reports } from '../core/budget/report.ts';
import type { Clock } from '../core/clock.ts';
import type { Command } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import type { Conversations } from '../core/conversations.ts';
import { OperatorError } from '../core/errors.ts';
import type { MadeFiles } from '../core/files/made-files.ts';
import type { Models } from '../core/models/prediction.ts';
import type { NamedModels } from '../core/named-models.ts';
import type { People } from '../core/people.ts';
import type { RunStore } from '../core/runs/store.ts';
import { createAsk } from './ask.ts';
import { createBudgetCommands } from './budget/all.ts';
import { createConfiguredCommand } from './configured.ts';
import { createForget } from './forget.ts';
import { createHelp } from './help.ts';
import { createImagine } from './imagine.ts';
import { createLink, createUnlink } from './link.ts';
import { createModelsAllow, createModelsDeny } from './model-rights.ts';
import { createModelsList } from './models.ts';
import { createRun } from './run.ts';
import { createFindRunnable } from './run-model.ts';
import type { RunServices } from './run-services.ts';
import { createTranscribe } from './transcribe.ts';
import { createUsage } from './usage.ts';

export interface CommandServices extends RunServices {
  readonly config: Config;
  readonly models: Models;
  readonly budget: Budget;
  readonly conversations: Conversations;
  readonly runs: RunStore;
  readonly named: NamedModels;
  readonly links: Links;
  readonly reports: Reports;
  readonly people: People;
  readonly madeFiles: MadeFiles;
  readonly clock: Clock;
}

export function createCommands(services: CommandServices): readonly Command[] {
  const { config, conversations, named } = services;
  const forBudgets = { ...services, timezone: config.timezone };
  const commands: Command[] = [
    createAsk({ ...services, config: config.ask }),
    createImagine({ ...services, config: config.imagine }),
    createTranscribe({ ...services, config: config.transcribe }),
    ...config.customCommands.map((command) => createConfiguredCommand(command, services)),
    createRun({ ...services, ...named, find: createFindRunnable({ config, ...named }) }),
    createModelsList({ ...services, ...named }),
    createUsage(forBudgets),
    createLink(services.links),
    createUnlink(services.links),
    createForget(conversations),
    createHelp(() => commands),
    createModelsAllow({ config, ...named }),
    createModelsDeny(named),
    ...createBudgetCommands(forBudgets),
  ];
  assertDistinct(commands);
  return commands;
}

/** Only a command of the configuration's own can have the name of another one. */
function assertDistinct(commands: readonly Command[]): void {
  const names = new Set<string>();
  for (const { name } of commands) {
    const first = name.split(' ')[0] ?? name;
    if (names.has(name) || (first !== name && names.has(first)))
      throw new OperatorError(`commands.${first}: there is a built-in command of this name`, '');
    names.add(name);
  }
}
