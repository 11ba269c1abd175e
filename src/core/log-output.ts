/** The process's log: a line of JSON each, or coloured lines on a terminal. */

import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

/** `level` is one of pino's; written at once, so that nothing is lost when the process ends. */
export function createLog(level: string, terminal: boolean): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return terminal
    ? pino(
        options,
        pretty({ colorize: true, sync: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' }),
      )
    : pino(options, pino.destination({ dest: 1, sync: true }));
}
