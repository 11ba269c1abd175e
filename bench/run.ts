/** Runs the benchmarks, all or those named (`npm run bench reply`), and prints a table; ends with 1 where a bound is broken. */

import { benchLedger } from './ledger.ts';
import { benchReply } from './reply.ts';
import type { Row } from './row.ts';
import { benchSplitter } from './splitter.ts';
import { benchStreams } from './streams.ts';

const benches: Readonly<Record<string, readonly (() => Promise<Row[]>)[]>> = {
  reply: [benchReply, benchSplitter, benchStreams],
  ledger: [benchLedger],
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there is ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

let broken = 0;
for (const [name, parts] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n${name}`);
  for (const part of parts) (await part()).forEach(print);
}
process.exit(broken > 0 ? 1 : 0);

function print(row: Row): void {
  const isBroken = row.bound !== undefined && row.value > row.bound;
  if (isBroken) broken++;
  const bound = row.bound === undefined ? '' : `  (at most ${row.bound}${isBroken ? ', BROKEN' : ''})`;
  console.log(`  ${row.name.padEnd(74)} ${formatValue(row.value).padStart(9)} ${row.unit}${bound}`);
}

function formatValue(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
