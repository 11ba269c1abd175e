/** Bolt's log lines in ours. Their debug lines hold whole payloads and stay out. */

import { type Logger, LogLevel } from '@slack/bolt';
import { describeError, type Log } from '../../core/log.ts';

export function createBoltLogger(log: Log): Logger {
  const line = (parts: readonly unknown[]): string =>
    parts
      .filter((part) => typeof part === 'string' || part instanceof Error)
      .map((part) => (typeof part === 'string' ? part : describeError(part)))
      .join(' ');
  return {
    debug: () => undefined,
    info: (...parts) => log.debug({ from: 'bolt' }, line(parts)),
    warn: (...parts) => log.warn({ from: 'bolt' }, line(parts)),
    error: (...parts) => log.error({ from: 'bolt' }, line(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
