/** What a character costs to be put on a page and to be rendered there, and whether a long text makes it dearer. */

import { toDiscordMarkdown } from '../src/bots/discord/markdown.ts';
import { renderPage } from '../src/bots/slack/page-blocks.ts';
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
const LEAST_MS = 400;

/** Processor time per character at three lengths. */
export async function benchSplitter(): Promise<Row[]> {
  return [...rowsOf('splitter', split), ...rowsOf('renderers of Discord and Slack', render)];
}

function rowsOf(name: string, work: (text: string) => void): Row[] {
  const sizes = [4_096, 65_536, 1_048_576] as const;
  measure(work, sizes[0]);
  const costs = sizes.map((size) => measure(work, size));
  const [short = 1, , long = 1] = costs;
  return [
    ...sizes.map((size, at) => ({
      name: `${name}, text of ${size / 1_024} kB`,
      value: costs[at] ?? 0,
      unit: 'ns/character',
      bound: 1_000,
    })),
    { name: `${name}, 1 MB to 4 kB`, value: long / short, unit: '×', bound: 1.5 },
  ];
}

/** Nanoseconds per character. */
function measure(work: (text: string) => void, size: number): number {
  const text = PARAGRAPH.repeat(Math.ceil(size / PARAGRAPH.length)).slice(0, size);
  let rounds = 0;
  const start = cpuMs();
  do {
    work(text);
    rounds++;
  } while (cpuMs() - start < LEAST_MS);
  return ((cpuMs() - start) * 1e6) / (rounds * size);
}

/** Fed by tokens, the pages read once per 60 tokens as a writer does. */
function split(text: string): void {
  const splitter = createSplitter({ limit: PAGE });
  for (let at = 0, tokens = 0; at < text.length; at += TOKEN, tokens++) {
    splitter.append(text.slice(at, at + TOKEN));
    if (tokens % 60 === 0) splitter.pages(true);
  }
  splitter.pages();
}

/** Each page once for each platform. */
function render(text: string): void {
  for (let at = 0; at < text.length; at += PAGE) {
    const page = text.slice(at, at + PAGE);
    toDiscordMarkdown(page, 2 * PAGE);
    renderPage({ text: page });
  }
}

/** Our own time, however busy the machine is with other things. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
