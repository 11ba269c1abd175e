/** `replibot export`: every run of a time as CSV. */

import { runsAsCsv } from '../../core/budget/csv.ts';
import { createReports } from '../../core/budget/report.ts';
import { spanBetween, spanNamed } from '../../core/budget/span.ts';
import { systemClock } from '../../core/clock.ts';
import { OperatorError, UserError } from '../../core/errors.ts';
import type { Task } from './task.ts';
import { withDatabase } from './with-database.ts';

export interface ExportOptions {
  /** Days, like `2026-11-01`. */
  readonly from?: string;
  readonly to?: string;
}

export const exportRuns: Task<ExportOptions> = (config, print, options) =>
  withDatabase(config, async (database) => {
    const { timezone } = config;
    const csv = runsAsCsv(createReports({ database, timezone }).exportRuns(readSpan(options, timezone)));
    // Whole lines only: `print` ends each of them.
    let rest = '';
    for await (const piece of csv) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) await print(line);
    }
    return 0;
  });

/** This month when nothing is said. */
function readSpan({ from, to }: ExportOptions, timezone: string) {
  const now = systemClock.now();
  const today = spanNamed('today', now, timezone).title;
  if (from === undefined && to === undefined) return spanNamed('this month', now, timezone);
  if (from === undefined) throw new OperatorError('--to needs --from', '');
  try {
    return spanBetween(from, to ?? today, timezone);
  } catch (error) {
    if (error instanceof UserError) throw new OperatorError(error.message, '');
    throw error;
  }
}
