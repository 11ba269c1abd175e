/** What Discord answers when it refuses a request: an HTTP status, one of its error codes, and a sentence. */

export type Json = Record<string, unknown>;

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: number;
  readonly errors: Json | undefined;

  constructor(status: number, code: number, message: string, errors?: Json) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  body(): Json {
    return { message: this.message, code: this.code, ...(this.errors ? { errors: this.errors } : {}) };
  }
}

/** 400 Invalid Form Body, with the field that is wrong. */
export function invalidForm(field: string, why: string): Refusal {
  return new Refusal(400, 50035, 'Invalid Form Body', {
    [field]: { _errors: [{ code: 'BASE_TYPE_BAD', message: why }] },
  });
}

/** A JSON object, or 400. */
export function asObject(value: unknown, field: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidForm(field, 'Only dictionaries may be used in a DictType');
  }
  return Object.fromEntries(Object.entries(value));
}

/** A JSON array (absent counts as empty), or 400. */
export function asArray(value: unknown, field: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidForm(field, 'Only iterables may be used in a ListType');
  return value;
}

/** 400 for a field that the endpoint does not have: a misspelt one would silently do nothing on the real Discord. */
export function onlyKnown(body: Json, known: readonly string[]): void {
  for (const field of Object.keys(body)) {
    if (!known.includes(field)) throw invalidForm(field, 'Unknown field');
  }
}
