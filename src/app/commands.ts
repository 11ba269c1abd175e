/** The commands with everything they need of the core. */

import { join } from 'node:path';
import { guardCommands } from '../commands/guard.ts';
import { createCommands } from '../commands/index.ts';
import { createRunServices } from '../commands/run-services.ts';
import type { Budget } from '../core/budget/budget.ts';
import { createLinks } from '../core/budget/links.ts';
import { createReports } from '../core/budget/report.ts';
import type { Clock } from '../core/clock.ts';
import type { Command } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import type { Conversations } from '../core/conversations.ts';
import { createIntake } from '../core/files/intake.ts';
import { createMadeFiles } from '../core/files/made-files.ts';
import type { Log } from '../core/log.ts';
import type { Models } from '../core/models/prediction.ts';
import { createNamedModels } from '../core/named-models.ts';
import type { People } from '../core/people.ts';
import type { Runner } from '../core/runs/runner.ts';
import type { RunStore } from '../core/runs/store.ts';
import type { Cache } from '../core/storage/cache.ts';
import type { Database } from '../core/storage/database.ts';
import { attachmentHosts } from './attachment-hosts.ts';

export interface AssembleCommandsOptions {
  readonly config: Config;
  readonly database: Database;
  readonly cache: Cache;
  readonly models: Models;
  readonly budget: Budget;
  readonly conversations: Conversations;
  readonly runs: RunStore;
  readonly people: People;
  /** Of this process alone. */
  readonly filesDirectory: string;
  /** Runs what the guard asks its model. Absent: the commands are only declared. */
  readonly runner?: Runner;
  readonly clock: Clock;
  readonly log: Log;
}

export function assembleCommands(options: AssembleCommandsOptions): readonly Command[] {
  const { config, database, cache, models, filesDirectory, runner, clock, log } = options;
  const { timezone, budgets: defaults, guard } = config;
  const services = createRunServices({
    ...options,
    intake: createIntake({ models, directory: filesDirectory, hosts: attachmentHosts(config), clock }),
    askAboveSeconds: config.transcribe.askAboveSeconds,
  });
  const commands = createCommands({
    ...options,
    ...services,
    links: createLinks({ database, timezone, defaults, clock }),
    reports: createReports({ database, timezone }),
    madeFiles: createMadeFiles({ directory: join(filesDirectory, 'made'), clock }),
    named: createNamedModels({ database, models, store: cache, clock, log }),
  });
  return guard && runner
    ? guardCommands(commands, { ...options, ...services, config: guard, runner, timezone })
    : commands;
}
