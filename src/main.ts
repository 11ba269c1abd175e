#!/usr/bin/env node
/** The command line; the only reader of the environment. */

import { Command } from 'commander';
import { declareCommands, startApp } from './app.ts';
import { slackManifest } from './bots/slack/manifest.ts';
import { createBudget } from './core/budget/ledger.ts';
import { systemClock } from './core/clock.ts';
import { readConfig } from './core/config/config.ts';
import { OperatorError } from './core/errors.ts';
import { describeError } from './core/log.ts';
import { createLog } from './core/log-output.ts';
import { openDatabase } from './core/storage/open-database.ts';

const program = new Command('replibot')
  .description('Runs any model hosted on Replicate from Discord, Slack and a web page')
  .helpCommand(false);

program
  .command('start', { isDefault: true })
  .description('connect to everything that is configured and serve (the default)')
  .action(start);

program
  .command('verify')
  .description("recompute every budget's counters from the ledger; exit 1 if any differs")
  .action(verify);

program
  .command('manifest')
  .description('print the Slack app manifest for exactly what this version handles')
  .option('--http', 'for HTTP delivery to PUBLIC_URL instead of Socket Mode')
  .action(printManifest);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function start(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel, process.stdout.isTTY === true);
  process.on('unhandledRejection', (reason) => {
    // @slack/socket-mode 3.1.0 rejects with undefined when it is stopped while it reconnects.
    if (reason === undefined) return log.warn({}, 'a promise was rejected without a reason');
    log.fatal(
      { reason: describeError(reason), stack: reason instanceof Error ? reason.stack : undefined },
      'a bug',
    );
    process.exit(1);
  });
  const app = await startApp(config, log);
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping: runs are left for the next process');
    await app.stop();
    log.info({}, 'stopped');
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function verify(): Promise<void> {
  const config = readConfig(process.env);
  const database = await openDatabase(config.databaseUrl);
  try {
    const budget = createBudget({
      database,
      clock: systemClock,
      timezone: config.timezone,
      defaults: config.budgets,
    });
    const differences = await budget.verify();
    for (const difference of differences) process.stdout.write(`${difference}\n`);
    process.stdout.write(differences.length === 0 ? 'Every counter agrees with the ledger.\n' : '');
    process.exitCode = differences.length === 0 ? 0 : 1;
  } finally {
    await database.close();
  }
}

async function printManifest(options: { http?: boolean }): Promise<void> {
  const config = readConfig(process.env);
  const commands = await declareCommands(config, createLog('error', false));
  const { publicUrl } = config.http;
  if (options.http && !publicUrl) throw new OperatorError('--http needs PUBLIC_URL: Slack sends to it', '');
  const mode =
    options.http && publicUrl ? ({ mode: 'http', publicUrl } as const) : ({ mode: 'socket' } as const);
  process.stdout.write(`${JSON.stringify(slackManifest(commands, mode), null, 2)}\n`);
}
