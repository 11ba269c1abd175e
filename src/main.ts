#!/usr/bin/env node
/** The command line; the only reader of the environment. */

import { once } from 'node:events';
import { Command } from 'commander';
import type { ExportOptions } from './app/tasks/export.ts';
import type { Task } from './app/tasks/task.ts';
import type { App } from './app.ts';
import { readConfig } from './core/config/config.ts';
import { OperatorError } from './core/errors.ts';
import { describeError } from './core/log.ts';
import { createLog } from './core/log-output.ts';

// Each command loads what it needs when it is called: together that is a second of work.
const program = new Command('replibot')
  .description('Runs any model hosted on Replicate from Discord, Slack and a web page')
  .helpCommand(false);

program
  .command('start', { isDefault: true })
  .description('connect to everything that is configured and serve (the default)')
  .action(start);

program
  .command('doctor')
  .description('check every token, scope, model, price and service by asking; exit 1 if something would fail')
  .action(async () => run((await import('./app/tasks/doctor.ts')).doctor, undefined));

program
  .command('register')
  .description("bring Discord's list of commands up to date without starting")
  .action(async () => run((await import('./app/tasks/register.ts')).register, undefined));

program
  .command('verify')
  .description("recompute every budget's counters from the ledger; exit 1 if any differs")
  .action(async () => run((await import('./app/tasks/verify.ts')).verify, undefined));

program
  .command('manifest')
  .description('print the Slack app manifest for exactly what this version handles')
  .option('--http', 'for HTTP delivery to PUBLIC_URL instead of Socket Mode')
  .action(async (options: { http?: boolean }) =>
    run((await import('./app/tasks/manifest.ts')).manifest, options),
  );

program
  .command('budget')
  .description('view, set, clear, grant, reset, pause, resume, report or audit, as in chat')
  .argument('<words...>', 'like: set 5.00 --per day --person discord:123456789012345678')
  .allowUnknownOption()
  .action(async (words: string[]) => run((await import('./app/tasks/budget.ts')).budgetCommand, { words }));

program
  .command('export')
  .description('write every run of a time as CSV; this month unless told')
  .option('--from <day>', 'the first day, like 2026-11-01')
  .option('--to <day>', 'the last day; today unless told')
  .action(async (options: ExportOptions) => run((await import('./app/tasks/export.ts')).exportRuns, options));

const keys = program.command('keys').description('API keys for other programs').helpCommand(false);

keys
  .command('create')
  .description('make a key and show it, once')
  .argument('<name>', 'what it is for, like ci-server')
  .option('--admin', 'it may do what admins may')
  .action(async (name: string, options: { admin?: boolean }) =>
    run((await import('./app/tasks/keys.ts')).createKey, { name, ...options }),
  );

keys
  .command('list')
  .description('show the keys by name')
  .action(async () => run((await import('./app/tasks/keys.ts')).listKeys, undefined));

keys
  .command('revoke')
  .description('make a key useless; its history stays')
  .argument('<name>', 'as it was created')
  .action(async (name: string) => run((await import('./app/tasks/keys.ts')).revokeKey, { name }));

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function run<Options>(task: Task<Options>, options: Options): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads this has seen enough, like `head`.
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const print = async (line: string) => {
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
  };
  process.exitCode = await task(readConfig(process.env), print, options);
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
  let app: App | undefined;
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping: runs are left for the next process');
    await app?.stop();
    log.info({}, 'stopped');
    process.exit(0);
  };
  // Before the start, which may take a while: a container's first process does not even get a signal it does not listen to.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  app = await (await import('./app.ts')).startApp(config, log);
}
