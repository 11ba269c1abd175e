/** The log port: what the core needs of pino, whose loggers fit as they are. */

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Says nothing: for what only asks, and says itself what came of it. */
export const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** An error as a log line may show it: name, message and cause's message; never the object, which can hold a token. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.name}: ${error.message}${cause}`;
}
