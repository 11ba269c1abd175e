/** How the Slack stand-in says no: HTTP 200 with `ok: false` and an error code, as Slack does. */

export type Json = Record<string, unknown>;

export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal';
  readonly code: string;
  readonly messages: readonly string[];

  constructor(code: string, messages: readonly string[] = []) {
    super(code);
    this.code = code;
    this.messages = messages;
  }

  body(): Json {
    return {
      ok: false,
      error: this.code,
      ...(this.messages.length > 0 ? { response_metadata: { messages: this.messages } } : {}),
    };
  }
}

/** A JSON object, or the given refusal. */
export function asObject(value: unknown, code: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SlackRefusal(code);
  return Object.fromEntries(Object.entries(value));
}

/** A JSON array of objects; absent counts as empty. */
export function asObjects(value: unknown, code: string): Json[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new SlackRefusal(code);
  return value.map((each) => asObject(each, code));
}

export function asString(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
