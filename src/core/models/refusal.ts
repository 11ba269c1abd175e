/** What Replicate's HTTP API answered instead of what was asked, as plain data: no request, no response, no token. */

/** Replicate answered, and said no. Internal to this folder: explained by failures.ts before anybody else sees it. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
  readonly status: number;
  readonly detail: string;
  readonly invalidFields: readonly InvalidField[];

  constructor(status: number, detail: string, invalidFields: readonly InvalidField[] = []) {
    super(`Replicate answered ${status}: ${detail}`);
    this.status = status;
    this.detail = detail;
    this.invalidFields = invalidFields;
  }
}

export interface InvalidField {
  readonly field: string;
  readonly description: string;
}

/** Replicate could not be reached, or failed on its side, however often it was tried. Nothing was created. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** Replicate is limiting us for longer than anybody should wait. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super(`Replicate asks to wait ${retryAfterSeconds} s`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Reads an error body (`{title, detail, status, retry_after?, invalid_fields?}`, or whatever a proxy put there). */
export function readRefusal(status: number, body: string): RefusalError {
  const fields = parseObject(body);
  const title = typeof fields.title === 'string' ? fields.title : '';
  const detail = typeof fields.detail === 'string' ? fields.detail : '';
  const text = [title, detail].filter((part) => part.trim() !== '').join(': ');
  const invalid = Array.isArray(fields.invalid_fields) ? fields.invalid_fields.flatMap(readInvalidField) : [];
  return new RefusalError(status, (text || 'no explanation').slice(0, 1000), invalid);
}

/** How long to wait, in ms, by the `Retry-After` header (seconds or a date) and the body's `retry_after`: the longer one. */
export function readRetryAfter(header: string | null, body: string, now: number): number | undefined {
  const seconds = header === null || header.trim() === '' ? Number.NaN : Number(header);
  const fromHeader = Number.isNaN(seconds) ? Date.parse(header ?? '') - now : seconds * 1000;
  const inBody = parseObject(body).retry_after;
  const fromBody = typeof inBody === 'number' ? inBody * 1000 : Number.NaN;
  const waits = [fromHeader, fromBody].filter((ms) => Number.isFinite(ms)).map((ms) => Math.max(0, ms));
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function readInvalidField(value: unknown): InvalidField[] {
  if (typeof value !== 'object' || value === null) return [];
  const { field, description }: { field?: unknown; description?: unknown } = value;
  if (typeof field !== 'string') return [];
  return [{ field, description: typeof description === 'string' ? description : 'is not valid' }];
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
