/** What a character costs in the splitter, and whether a long text makes it dearer. */

import { createSplitter } from '../src/core/reply/splitter.ts';
import type { Row } from './row.ts';

const PARAGRAPH = `Models write *paragraphs* of some sentences. They explain things; they list them:\n
- one item, and
- another, with \`code\`.\n
\`\`\`ts
const answer = await ask({ prompt: 'What is it?' });
console.log(answer);
\`\`\`\n
| name | cost |\n|------|------|\n| llama | $0.002 |\n\n`;
const TOKEN = 4;
const PAGE = 1_800;
const LEAST_MS = 150;

/** Nanoseconds per character at three lengths, fed by tokens, the pages read once per 60 tokens as a writer does. */
export async function benchSplitter(): Promise<Row[]> {
  measure(4_096);
  const sizes = [4_096, 65_536, 1_048_576] as const;
  const costs = sizes.map(measure);
  const rows = sizes.map((size, at) => ({
    name: `splitter, text of ${size / 1_024} kB`,
    value: Math.round(costs[at] ?? 0),
    unit: 'ns/character',
    bound: 1_000,
  }));
  const [short = 1, , long = 1] = costs;
  return [...rows, { name: 'splitter, 1 MB to 4 kB', value: round(long / short), unit: '×', bound: 2 }];
}

function measure(size: number): number {
  const text = PARAGRAPH.repeat(Math.ceil(size / PARAGRAPH.length)).slice(0, size);
  let rounds = 0;
  const start = performance.now();
  do {
    const splitter = createSplitter({ limit: PAGE });
    for (let at = 0, tokens = 0; at < size; at += TOKEN, tokens++) {
      splitter.append(text.slice(at, at + TOKEN));
      if (tokens % 60 === 0) splitter.pages();
    }
    splitter.pages();
    rounds++;
  } while (performance.now() - start < LEAST_MS);
  return ((performance.now() - start) * 1e6) / (rounds * size);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
