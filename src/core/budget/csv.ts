/** Runs as CSV, one line each: streamed, and safe to open in a spreadsheet. */

import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { MICRO_USD_PER_USD } from './money.ts';
import type { RunLine } from './report.ts';

/** By column, in their order. */
const COLUMNS: Readonly<Record<string, (line: RunLine) => string>> = {
  run: ({ runId }) => runId,
  admitted_at: ({ admittedAt }) => time(admittedAt),
  settled_at: ({ settledAt }) => time(settledAt),
  person: ({ personId }) => personId,
  name: ({ personName }) => personName ?? '',
  account: ({ accountId }) => accountId,
  workspace: ({ workspace }) => workspace ?? '',
  channel: ({ channel }) => channel ?? '',
  command: ({ command }) => command,
  model: ({ model }) => model,
  outcome: ({ outcome }) => outcome ?? '',
  reserved_usd: ({ heldMicroUsd }) => usd(heldMicroUsd),
  cost_usd: ({ costMicroUsd }) => usd(costMicroUsd),
  cost_is: ({ costMicroUsd, measured }) =>
    costMicroUsd === undefined ? '' : measured ? 'measured' : 'exact',
};

/** With a header; pieces of any size. Times are UTC, amounts US dollars with six digits. */
export function runsAsCsv(lines: AsyncIterable<RunLine>): AsyncIterable<string> {
  const rows = Readable.from(toRows(lines));
  const csv = rows.pipe(stringify({ header: true, columns: Object.keys(COLUMNS), escape_formulas: true }));
  rows.on('error', (error) => csv.destroy(error));
  return csv.setEncoding('utf8');
}

async function* toRows(lines: AsyncIterable<RunLine>): AsyncGenerator<string[]> {
  for await (const line of lines) yield Object.values(COLUMNS).map((read) => read(line));
}

function time(ms: number | undefined): string {
  return ms === undefined ? '' : new Date(ms).toISOString();
}

function usd(microUsd: number | undefined): string {
  return microUsd === undefined ? '' : (microUsd / MICRO_USD_PER_USD).toFixed(6);
}
