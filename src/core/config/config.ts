/** Environment and replibot.yaml become one checked Config. */

import { existsSync } from 'node:fs';
import { type BudgetsConfig, readBudgets } from './budgets.ts';
import { type CommandsConfig, checkCommandName, readCommands } from './commands.ts';
import { type EnvironmentConfig, readEnvironment } from './environment.ts';
import { type LimitsConfig, readLimits } from './limits.ts';
import { type ModelConfig, readModels } from './models.ts';
import { NO_FILE, readConfigFile } from './read-file.ts';

export type { ModelConfig } from './models.ts';

export interface Config extends EnvironmentConfig, CommandsConfig {
  readonly timezone: string;
  readonly admins: ReadonlySet<string>;
  readonly budgets: BudgetsConfig;
  readonly limits: LimitsConfig;
  readonly models: ReadonlyMap<string, ModelConfig>;
  readonly replies: {
    /** A longer answer becomes a file, with its start shown. */
    readonly fileAfterPages: number;
    readonly discordThreads: 'never' | 'busy' | 'always';
  };
}

/** Reads everything once. Throws OperatorError that names the variable or the file's line and what is allowed there. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const named = env.REPLIBOT_CONFIG?.trim();
  const path = named || (existsSync('replibot.yaml') ? 'replibot.yaml' : undefined);
  const { file, fail } = path ? readConfigFile(path) : NO_FILE;
  const models = readModels(file.models ?? {}, fail);
  for (const name of Object.keys(file.limits?.cooldowns ?? {})) {
    checkCommandName(name, file.commands, (message) => fail(['limits', 'cooldowns', name], message));
  }
  return {
    ...readEnvironment(env),
    timezone: file.timezone ?? 'UTC',
    admins: new Set(file.admins ?? []),
    budgets: readBudgets(file.budgets ?? {}, fail),
    limits: readLimits(file.limits ?? {}),
    models,
    ...readCommands(file.commands ?? {}, file.guard, models, fail),
    replies: {
      fileAfterPages: file.replies?.['file-after-pages'] ?? 8,
      discordThreads: file.replies?.['discord-threads'] ?? 'never',
    },
  };
}
