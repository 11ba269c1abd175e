/** The built bot as a process of its own, started as an operator would and killed as a machine would. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

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

const MAIN = join(import.meta.dirname, '../../dist/main.js');

/** Resolves when the bot says where its page is. Throws with its log when it ends before. */
export async function startBot(env: Readonly<Record<string, string>>): Promise<BotProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH ?? '',
      // Node 22 warns that its SQLite is new.
      NODE_NO_WARNINGS: '1',
      HOME: process.env.HOME ?? '',
      PORT: '0',
      ...env,
    },
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

/** Another command of the command line, to its end. Resolves with what it printed, throws with what it complained of. */
export async function runTask(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...words], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
  });
  return stdout;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}
