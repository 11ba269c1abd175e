/** The built bot as a process of its own, started as an operator would and killed as a machine would. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface BotProcess {
  /** Where its page is. */
  readonly url: string;
  readonly log: readonly string[];
  /** No goodbye: SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Stops it in its tracks, and lets it go on: to everybody else it is merely slow. */
  freeze(): void;
  thaw(): void;
  /** SIGTERM. Resolves with its exit code and how long it took. */
  terminate(): Promise<{ code: number | null; tookMs: number }>;
}

/** What `npm start` runs. */
export const MAIN = join(import.meta.dirname, '../../dist/main.js');

const BASE_ENV: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  // Node 22 warns that its SQLite is new.
  NODE_NO_WARNINGS: '1',
  PORT: '0',
};

/** Resolves when the bot says where its page is. Throws with its log when it ends before. */
export async function startBot(env: Readonly<Record<string, string>>): Promise<BotProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...BASE_ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        log.push(line);
        const match = /The playground is at (http:\/\/[^/]+)\//.exec(line);
        if (match?.[1]) resolve(match[1]);
      });
    }
    child.once('exit', (code) => reject(new Error(`the bot ended with ${code}\n${log.join('\n')}`)));
  });
  return {
    url,
    log,
    kill: () => end(child, 'SIGKILL').then(() => undefined),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async terminate() {
      const from = Date.now();
      const code = await end(child, 'SIGTERM');
      return { code, tookMs: Date.now() - from };
    },
  };
}

/** A command of the command line, to its end; `cwd` is where it looks for files. */
export async function runToEnd(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd,
    env: { ...BASE_ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  await once(child, 'close');
  return { code: child.exitCode, output, errors };
}

/** The same where it must succeed. Resolves with what it printed, throws with what it complained of. */
export async function runTask(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, output, errors } = await runToEnd(words, env);
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}\n${errors}`);
  return output;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}
