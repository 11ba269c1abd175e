/** Errors as Replicate's API words them: RFC 7807 "problem details". */

/** One input that was refused. */
export interface InvalidField {
  readonly type: string;
  readonly field: string;
  readonly description: string;
}

/** A refusal; thrown by the routes' helpers and turned into a response at the server's edge. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    body: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(`HTTP ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  toResponse(): Response {
    return Response.json(this.body, {
      status: this.status,
      headers: { ...this.headers, 'content-type': 'application/problem+json' },
    });
  }
}

export const unauthenticated = (): Problem =>
  new Problem(401, {
    title: 'Unauthenticated',
    detail: 'You did not pass a valid authentication token',
    status: 401,
  });

export const notFound = (): Problem =>
  new Problem(404, {
    title: 'Not found',
    detail: 'The requested resource could not be found.',
    status: 404,
  });

export const invalidVersion = (): Problem =>
  new Problem(422, {
    title: 'Invalid version or not permitted',
    detail: 'The specified version does not exist (or perhaps you don’t have permission to use it?)',
    status: 422,
  });

/** 422 with one line per refused field: `- input: prompt is required`. */
export const invalidInput = (fields: readonly InvalidField[]): Problem =>
  new Problem(422, {
    title: 'Input validation failed',
    detail: fields.map((field) => `- ${field.field}: ${field.description}`).join('\n'),
    status: 422,
    invalid_fields: fields,
  });

/** 429 as Replicate words it: no title, the wait both in the body and in the header. */
export const throttled = (retryAfterSeconds: number): Problem =>
  new Problem(
    429,
    {
      detail: `Request was throttled. Expected available in ${retryAfterSeconds} seconds.`,
      status: 429,
      retry_after: retryAfterSeconds,
    },
    { 'Retry-After': String(retryAfterSeconds) },
  );

/** The problem Replicate answers with a given status, for faults that are switched on. */
export function problemOf(status: number, retryAfterSeconds: number): Problem {
  switch (status) {
    case 401:
      return unauthenticated();
    case 402:
      return new Problem(402, {
        title: 'Insufficient credit',
        detail:
          'You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase credit.',
        status: 402,
      });
    case 404:
      return notFound();
    case 429:
      return throttled(retryAfterSeconds);
    case 503:
      return new Problem(503, {
        title: 'Service unavailable',
        detail: 'The service is temporarily unavailable.',
        status: 503,
      });
    default:
      return new Problem(status, {
        title: 'Internal server error',
        detail: 'An unexpected error occurred.',
        status,
      });
  }
}
