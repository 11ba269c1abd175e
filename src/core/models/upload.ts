/** Uploads a file to Replicate, for a model to read: streamed from the disk, never whole in memory. */

import { openAsBlob } from 'node:fs';
import type { Clock } from '../clock.ts';
import { UserError } from '../errors.ts';
import { describeError, type Log } from '../log.ts';
import type { Limiter } from './limiter.ts';
import type { UploadedFile, UploadRequest } from './prediction.ts';
import { BusyError, RefusalError, readRefusal, readRetryAfter, UnreachableError } from './refusal.ts';

export interface UploadOptions {
  readonly token: string;
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly log: Log;
}

export type Upload = (file: UploadRequest, signal?: AbortSignal) => Promise<UploadedFile>;

/** Replicate's limit for one file (replicate.com/docs/topics/predictions/input-files). */
const MAX_BYTES = 100 * 1024 * 1024;
const MAX_ATTEMPTS = 4;
const FIRST_WAIT_MS = 1000;
/** 100 MB over a slow line. */
const TIMEOUT_MS = 10 * 60_000;

/** Sends again whatever failed in passing: a file that was uploaded twice expires twice, and that is all. */
export function createUpload({ token, baseUrl, limiter, clock, log, ...options }: UploadOptions): Upload {
  async function attempt(file: UploadRequest, signal: AbortSignal | undefined): Promise<UploadedFile> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const form = new FormData();
    form.append('content', await openAsBlob(file.path, { type: file.contentType }), file.name);
    const response = await options.fetch(`${baseUrl}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'user-agent': 'replibot' },
      body: form,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const body = (await response.text()).replaceAll(token, '[token]');
    if (response.ok) return readUploaded(body);
    const refusal = readRefusal(response.status, body);
    if (response.status === 413) throw tooLarge();
    if (response.status === 429) {
      const waitMs = readRetryAfter(response.headers.get('retry-after'), body, clock.now()) ?? 1000;
      throw new BusyError(Math.ceil(waitMs / 1000));
    }
    throw response.status >= 500 ? new UnreachableError(refusal.message) : refusal;
  }

  return async (file, signal) => {
    if (file.sizeBytes > MAX_BYTES) throw tooLarge();
    for (let made = 1; ; made++) {
      await limiter.turn(signal);
      try {
        return await attempt(file, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof RefusalError || error instanceof UserError) throw error;
        const known = error instanceof UnreachableError || error instanceof BusyError;
        const failure = known ? error : new UnreachableError(`an upload failed: ${describeError(error)}`);
        if (made >= MAX_ATTEMPTS) throw failure;
        log.debug({ attempt: made, reason: failure.message }, 'uploading again');
        const waitMs = FIRST_WAIT_MS * 2 ** (made - 1);
        await clock.sleep(
          error instanceof BusyError ? Math.max(waitMs, error.retryAfterSeconds * 1000) : waitMs,
          signal,
        );
      }
    }
  };
}

function tooLarge(): UserError {
  return new UserError('That file is too large: Replicate takes files of up to 100 MB.');
}

/** `{urls: {get}, expires_at}`. */
function readUploaded(body: string): UploadedFile {
  const { urls, expires_at: expiresAt }: { urls?: { get?: unknown }; expires_at?: unknown } =
    JSON.parse(body);
  if (typeof urls?.get !== 'string') throw new UnreachableError('an upload was answered without an address');
  const at = typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number.NaN;
  return { url: urls.get, ...(Number.isFinite(at) && { expiresAt: at }) };
}
