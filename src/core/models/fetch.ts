/** The fetch that the `replicate` client gets: our timeouts, limits and retries, so that its own never repeat anything. */

import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Limiter } from './limiter.ts';
import { CreateUncertainError } from './prediction.ts';
import { BusyError, readRefusal, readRetryAfter, UnreachableError } from './refusal.ts';

export interface ReplicateFetchOptions {
  readonly fetch: typeof fetch;
  /** Only to keep it out of error texts. */
  readonly token: string;
  readonly clock: Clock;
  readonly log: Log;
  /** For creates, which Replicate counts by themselves, and for everything else. */
  readonly creates: Limiter;
  readonly others: Limiter;
  /** One attempt, body included. */
  readonly timeoutMs: number;
  /** All attempts of one call, the waiting between them included. */
  readonly maxWaitMs: number;
  /** 0 to 1, for the jitter. */
  readonly random: () => number;
}

type ReplicateFetch = (input: Request | string | URL, init?: RequestInit) => Promise<Response>;

/** What one attempt came to, when it was not a final error. */
type Attempt =
  | { readonly answer: Response }
  | { readonly error: Error; readonly retryAfterMs?: number; readonly limited?: boolean };

const MAX_ATTEMPTS = 6;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8_000;

/** Codes of failures before the first byte of the request went out: Replicate can't have accepted it. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/**
 * Resolves only with successful answers whose body is complete JSON; everything else is thrown: RefusalError,
 * UnreachableError, BusyError, CreateUncertainError, or the signal's reason. GETs and cancels are repeated with full
 * jitter; a create only when Replicate certainly did not take it (no connection, 429, 503).
 */
export function createReplicateFetch(options: ReplicateFetchOptions): ReplicateFetch {
  const { clock, log } = options;
  // Client 1.4.0 repeats a call up to five times after any error, with the same init object: it gets the same outcome.
  const outcomes = new WeakMap<RequestInit, Promise<Response>>();

  async function attempt(url: URL, init: RequestInit, isCreate: boolean): Promise<Attempt> {
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    let response: Response;
    let body: string;
    try {
      // A create must not be sent on to another address: whether it was accepted would be anybody's guess.
      response = await options.fetch(url, { ...init, signal, redirect: isCreate ? 'manual' : 'follow' });
      body = await response.text();
    } catch (error) {
      const { code, text } = describeNetworkError(error, timeout.aborted);
      if (isCreate && !NOT_SENT.has(code)) throw new CreateUncertainError(`no answer to a create: ${text}`);
      init.signal?.throwIfAborted();
      return { error: new UnreachableError(`Replicate can't be reached: ${text}`) };
    }
    const safeBody = body.replaceAll(options.token, '[token]');
    const { status } = response;
    if (status === 429 || status === 503) {
      const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), safeBody, clock.now());
      if (status === 429) {
        const waitMs = retryAfterMs ?? 1000;
        return { error: new BusyError(Math.ceil(waitMs / 1000)), retryAfterMs: waitMs, limited: true };
      }
      const error = new UnreachableError(readRefusal(status, safeBody).message);
      return { error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    }
    if (response.ok && isJson(body)) return { answer: new Response(body, { headers: JSON_HEADERS }) };
    if (!response.ok && status < 500) throw readRefusal(status, safeBody);
    const text = response.ok
      ? `Replicate answered ${status} without JSON`
      : readRefusal(status, safeBody).message;
    if (isCreate) throw new CreateUncertainError(`no clear answer to a create: ${text}`);
    return { error: new UnreachableError(text) };
  }

  async function exchange(url: URL, init: RequestInit): Promise<Response> {
    const isCreate = init.method === 'POST' && !url.pathname.endsWith('/cancel');
    const limiter = isCreate ? options.creates : options.others;
    const signal = init.signal ?? undefined;
    const giveUpAt = clock.now() + options.maxWaitMs;
    for (let made = 1; ; made++) {
      await limiter.turn(signal);
      const result = await attempt(url, init, isCreate);
      if ('answer' in result) return result.answer;
      const { error, limited } = result;
      const waitMs = result.retryAfterMs ?? options.random() * backoffMs(made);
      if (limited) await limiter.slowDown(waitMs);
      if ((made >= MAX_ATTEMPTS && !limited) || clock.now() + waitMs > giveUpAt) throw error;
      log.debug(
        { path: url.pathname, attempt: made, waitMs, reason: error.message },
        'asking Replicate again',
      );
      // Where it was limited the next turn does the waiting, for everybody.
      if (!limited) await clock.sleep(waitMs, signal);
    }
  }

  return (input, init = {}) => {
    const known = outcomes.get(init);
    if (known) return known;
    const outcome = exchange(new URL(input instanceof Request ? input.url : input), init);
    outcomes.set(init, outcome);
    return outcome;
  };
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function backoffMs(attemptsMade: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attemptsMade - 1));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Node's fetch says "fetch failed" and keeps the reason as the cause. The error itself is not kept. */
function describeNetworkError(error: unknown, timedOut: boolean): { code: string; text: string } {
  if (timedOut) return { code: 'TIMEOUT', text: 'no answer in time' };
  const cause: unknown = error instanceof Error && error.cause ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message || code : 'unknown reason';
  return { code, text: code && !message.includes(code) ? `${message} (${code})` : message };
}
