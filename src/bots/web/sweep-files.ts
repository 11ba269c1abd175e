/** Removes files that are older than they need be, as long as the bot runs. */

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { describeError, type Log } from '../../core/log.ts';

const INTERVAL_MS = 60 * 60 * 1000;

export interface SweptDirectory {
  readonly path: string;
  readonly keptMs: number;
}

/** Sweeps at once and then every hour; resolves when the signal is aborted. Never throws. */
export async function keepFilesSwept(options: {
  readonly directories: readonly SweptDirectory[];
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { directories, clock, log, signal } = options;
  while (!signal.aborted) {
    for (const directory of directories) {
      await sweep(directory, clock.now()).catch((error: unknown) => {
        log.warn({ reason: describeError(error) }, 'old files could not be removed');
      });
    }
    await clock.sleep(INTERVAL_MS, signal).catch(() => undefined);
  }
}

async function sweep({ path, keptMs }: SweptDirectory, nowMs: number): Promise<void> {
  const names = await readdir(path).catch(() => []);
  for (const name of names) {
    const file = join(path, name);
    const changedAt = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (changedAt !== undefined && changedAt < nowMs - keptMs) await rm(file, { force: true });
  }
}
