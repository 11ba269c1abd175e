/** `/budget report`: what was spent in a time, as tables, as a picture and as CSV. */

import { drawDailySpend } from '../../core/budget/chart.ts';
import { runsAsCsv } from '../../core/budget/csv.ts';
import { formatUsd } from '../../core/budget/money.ts';
import type { Line, Report, Reports } from '../../core/budget/report.ts';
import { daysOf, NAMED_SPANS, type NamedSpan, spanBetween, spanNamed } from '../../core/budget/span.ts';
import type { MessageFile } from '../../core/chat.ts';
import { type Command, defineInstantCommand } from '../../core/command.ts';
import { UserError } from '../../core/errors.ts';
import type { MadeFiles } from '../../core/files/made-files.ts';
import type { People } from '../../core/people.ts';
import type { BudgetCommandOptions } from './scope-options.ts';

export interface ReportCommandOptions extends BudgetCommandOptions {
  readonly reports: Reports;
  readonly people: People;
  readonly madeFiles: MadeFiles;
}

/** More days than these are no picture any more. */
const LONGEST_SPAN_MS = 367 * 24 * 60 * 60_000;
/** Rows of a table that is not asked for alone. */
const FEW = 5;
const MANY = 30;
/** What every platform takes (Discord: 10 MiB). More is what `replibot export` is for. */
const LARGEST_CSV_BYTES = 8 * 1024 * 1024;

const TABLES = {
  person: 'byPerson',
  model: 'byModel',
  command: 'byCommand',
  channel: 'byChannel',
  day: 'byDay',
} as const satisfies Record<string, keyof Report>;

type Heading = keyof typeof TABLES;
const HEADINGS = Object.keys(TABLES) as Heading[];

export function createBudgetReport(options: ReportCommandOptions): Command {
  const { reports, people, madeFiles, clock, timezone } = options;
  return defineInstantCommand({
    name: 'budget report',
    description: 'What was spent: by person, model, command, channel and day',
    access: 'admins',
    private: true,
    options: {
      period: { type: 'choice', description: 'This month when left out', choices: NAMED_SPANS },
      by: { type: 'choice', description: 'One table alone, and all of it', choices: HEADINGS },
      from: { type: 'string', description: 'The first day, like 2026-11-01', maxLength: 10 },
      to: { type: 'string', description: 'The last day; today when left out', maxLength: 10 },
    },
    async run({ period, by, from, to }) {
      const span = readSpan(period, from, to);
      const report = await reports.report(span);
      if (report.total.runs === 0 && report.openMicroUsd === 0) {
        return { text: `**${span.title}**: nothing was spent.` };
      }
      const names = await people.names(report.byPerson.flatMap(({ key }) => key ?? []));
      const chosen = HEADINGS.filter((heading) => by === undefined || heading === by);
      const tables = chosen.map((heading) => {
        const lines = report[TABLES[heading]].map((line) => ({ ...line, key: keyOf(line, heading, names) }));
        return describeTable(heading, lines, by === undefined ? FEW : MANY);
      });
      const files = [await chartOf(report, span), await csvOf(span)];
      const missing = files.includes(undefined)
        ? '\n\nThe list of runs is too long for here: `npx replibot export` writes it.'
        : '';
      return {
        text: `${describeTotal(report, span)}\n\n${tables.join('\n')}${missing}`,
        files: files.flatMap((file) => file ?? []),
      };
    },
  });

  function readSpan(period: string | undefined, from: string | undefined, to: string | undefined): NamedSpan {
    if (from === undefined && to !== undefined) throw new UserError('Give `from` beside `to`.');
    if (from === undefined) return spanNamed(period ?? 'this month', clock.now(), timezone);
    if (period !== undefined) throw new UserError('Give either `period` or `from` and `to`.');
    const span = spanBetween(from, to ?? spanNamed('today', clock.now(), timezone).title, timezone);
    if (span.to - span.from <= LONGEST_SPAN_MS) return span;
    throw new UserError('A report is of a year at most; `npx replibot export` writes any time.');
  }

  function chartOf(report: Report, span: NamedSpan): Promise<MessageFile> {
    const spent = new Map(report.byDay.map(({ key, costMicroUsd }) => [key, costMicroUsd]));
    const days = daysOf(span, timezone).map((day) => ({ day, microUsd: spent.get(day) ?? 0 }));
    const png = drawDailySpend(`Spent each day, ${span.title}`, days);
    const total = formatUsd(report.total.costMicroUsd);
    const alt = `A chart of what was spent each day, ${span.title}: ${total} in all.`;
    return madeFiles.keep({ name: 'spending.png', contentType: 'image/png', alt }, png);
  }

  async function csvOf(span: NamedSpan): Promise<MessageFile | undefined> {
    const csv = runsAsCsv(reports.exportRuns(span));
    const file = await madeFiles.keep({ name: 'runs.csv', contentType: 'text/csv' }, csv);
    return file.sizeBytes <= LARGEST_CSV_BYTES ? file : undefined;
  }
}

function describeTotal({ total, openMicroUsd }: Report, span: NamedSpan): string {
  const runs = `${total.runs} ${total.runs === 1 ? 'run' : 'runs'}`;
  const open = openMicroUsd === 0 ? '' : `, ${formatUsd(openMicroUsd)} reserved for running ones`;
  const measured =
    total.measuredMicroUsd === 0
      ? ''
      : `. Of this ${formatUsd(total.measuredMicroUsd)} is measured, since Replicate did not say what it cost`;
  return `**${span.title}**: ${formatUsd(total.costMicroUsd)} for ${runs}${open}${measured}.`;
}

function keyOf({ key }: Line, heading: Heading, names: ReadonlyMap<string, string>): string {
  if (key === undefined) return heading === 'channel' ? '(direct messages)' : '?';
  const name = heading === 'person' ? names.get(key) : undefined;
  return name === undefined ? key : `${name} (${key})`;
}

/** In a code block, where columns stay columns on every platform. */
function describeTable(heading: Heading, lines: readonly (Line & { key: string })[], most: number): string {
  const shown = heading === 'day' ? lines.slice(-most) : lines.slice(0, most);
  const rows = shown.map(({ key, runs, costMicroUsd }) => [
    clean(key),
    String(runs),
    formatUsd(costMicroUsd),
  ]);
  const table = [[heading, 'runs', 'cost'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const text = table.map(([key = '', runs = '', cost = '']) =>
    `${key.padEnd(widths[0] ?? 0)}  ${runs.padStart(widths[1] ?? 0)}  ${cost.padStart(widths[2] ?? 0)}`.trimEnd(),
  );
  const others = lines.length - shown.length;
  const more = others === 0 ? [] : [`and ${others} more`];
  return ['```', ...text, ...more, '```'].join('\n');
}

/** Names are other people's words: none may leave the code block. */
function clean(text: string): string {
  return text.replace(/[`\p{Cc}]/gu, '').slice(0, 60);
}
