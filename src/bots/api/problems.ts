/** Errors as problem details (RFC 9457). */

import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { OperatorError, UserError, type UserErrorKind } from '../../core/errors.ts';
import { explainError } from '../../core/explain-error.ts';
import type { Log } from '../../core/log.ts';
import type { ProblemBody } from './schemas.ts';

const TITLES = {
  400: 'Bad request',
  401: 'Not authenticated',
  402: 'Over budget',
  403: 'Not permitted',
  404: 'Not found',
  409: 'Conflict',
  413: 'Too large',
  422: 'Input not accepted',
  429: 'Too many requests',
  500: 'Internal error',
  502: 'Replicate is not available',
  503: 'Restarting',
} as const satisfies Partial<Record<ContentfulStatusCode, string>>;

export type ProblemStatus = keyof typeof TITLES;

const STATUS_OF_KIND: Readonly<Record<UserErrorKind, ProblemStatus>> = {
  input: 422,
  unknown: 404,
  forbidden: 403,
  budget: 402,
  limit: 429,
};

export function problem(context: Context, status: ProblemStatus, detail: string): Response {
  const body: ProblemBody = { type: 'about:blank', title: TITLES[status], status, detail };
  return context.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json' });
}

/** Whatever was thrown, in words for the caller; the rest is logged. */
export function problemOf(error: unknown, context: Context, log: Log): Response {
  const detail = explainError(error, log, { path: context.req.path });
  if (error instanceof UserError) {
    const { kind, retryAfterMs } = error;
    if (retryAfterMs !== undefined)
      context.header('Retry-After', String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
    return problem(context, STATUS_OF_KIND[kind], detail);
  }
  return problem(context, error instanceof OperatorError ? 502 : 500, detail);
}
