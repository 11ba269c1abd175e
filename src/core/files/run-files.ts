/** The files of runs, on this machine's disk from the moment they are known until their run is closed. */

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { UserError } from '../errors.ts';
import { describeError, type Log } from '../log.ts';
import { readDataUri } from './data-uri.ts';
import { download, FileTooLargeError, type StoredFile } from './download.ts';
import { createTrustedLink, isTrusted, type TrustedHosts } from './link.ts';
import { sniff } from './sniff.ts';

export interface RunFiles {
  /** Begins to fetch a file, since its address does not last. Of a great many, only the first. */
  begin(runId: string, url: string, signal: AbortSignal): void;
  /**
   * The file at an address that Replicate gave, fetched once per run however often it is asked for. Throws a UserError when
   * it is not to be had or of a kind that is not passed on.
   */
  fetch(runId: string, url: string, signal: AbortSignal): Promise<StoredFile>;
  /** A file made of text. */
  write(runId: string, name: string, text: string): Promise<StoredFile>;
  /** Deletes what there is of a run. Never throws. */
  drop(runId: string): Promise<void>;
  /** Replicate's own address, which may be shown as a link. */
  isTrusted(url: string): boolean;
}

export interface RunFilesOptions {
  /** A directory of this process alone. */
  readonly directory: string;
  /** Where Replicate keeps what its models make. */
  readonly hosts: TrustedHosts;
  readonly clock: Clock;
  readonly log: Log;
}

/** No platform takes larger ones. */
const MAX_BYTES = 100_000_000;
/** No platform takes more in a message. */
const MOST_AT_ONCE = 10;

export function createRunFiles({ directory, hosts, clock, log }: RunFilesOptions): RunFiles {
  const openLink = createTrustedLink(hosts);
  const fetched = new Map<string, Map<string, Promise<StoredFile>>>();

  async function place(runId: string, name: string): Promise<string> {
    const folder = join(directory, digest(runId));
    await mkdir(folder, { recursive: true });
    return join(folder, digest(name));
  }

  async function store(runId: string, url: string, signal: AbortSignal): Promise<StoredFile> {
    const path = await place(runId, url);
    const inline = readDataUri(url);
    const file = inline
      ? await keep(path, inline)
      : await download((options) => openLink(url, options), { path, maxBytes: MAX_BYTES, clock, signal });
    const { kind } = file.type;
    if (kind !== 'archive' && kind !== 'html') return file;
    await rm(path, { force: true });
    throw new UserError(kind === 'html' ? 'It is a web page, not a file.' : 'Archives are not passed on.');
  }

  function fetchOnce(runId: string, url: string, signal: AbortSignal): Promise<StoredFile> {
    const files = fetched.get(runId) ?? new Map<string, Promise<StoredFile>>();
    fetched.set(runId, files);
    const known = files.get(url);
    if (known) return known;
    const storing = store(runId, url, signal);
    // Whoever asks for the answer's files gets to hear of a failure too; nobody may have asked yet.
    storing.catch((error: unknown) => {
      if (!signal.aborted)
        log.warn({ run: runId, reason: describeError(error) }, 'a file of an answer could not be fetched');
    });
    files.set(url, storing);
    return storing;
  }

  return {
    begin(runId, url, signal) {
      if ((fetched.get(runId)?.size ?? 0) < MOST_AT_ONCE) void fetchOnce(runId, url, signal);
    },
    fetch: fetchOnce,
    isTrusted: (url) => isTrusted(url, hosts),

    async write(runId, name, text) {
      return keep(await place(runId, name), Buffer.from(text));
    },

    async drop(runId) {
      const files = fetched.get(runId);
      fetched.delete(runId);
      await Promise.allSettled(files?.values() ?? []);
      const folder = join(directory, digest(runId));
      await rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
        log.warn({ run: runId, reason: describeError(error) }, 'the files of a run could not be deleted');
      });
    },
  };
}

async function keep(path: string, bytes: Buffer): Promise<StoredFile> {
  if (bytes.length > MAX_BYTES) throw new FileTooLargeError(MAX_BYTES);
  await writeFile(path, bytes);
  return { path, sizeBytes: bytes.length, type: sniff(bytes) };
}

/** Neither run ids nor addresses are trusted as names of files. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

const PREFIX = 'replibot-files-';
const LEFT_BEHIND_MS = 24 * 60 * 60 * 1000;

/** A new directory for this process's files. Removes those of processes that died a day ago or earlier. */
export async function createFilesDirectory(now: number, parent = tmpdir()): Promise<string> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(parent, name);
    const old = await stat(path).then(
      ({ mtimeMs }) => now - mtimeMs > LEFT_BEHIND_MS,
      () => false,
    );
    // Another user's are not ours to remove, and another process may be quicker.
    if (old) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
  return mkdtemp(join(parent, PREFIX));
}
