/** A model's markdown in Discord's dialect: formulas and tables as code, which it shows as they are, small headings in bold. */

import { readableFormulas } from '../../core/reply/formulas.ts';

const fence = /^ {0,3}(`{3,}|~{3,})/;
const tableRow = /^\s*\|.*\|\s*$/;

/**
 * The text as Discord shows it readably, at most `room` characters long: where it would become longer, it stays as it is.
 * Takes time in proportion to the text's length, for text of a page.
 */
export function toDiscordMarkdown(text: string, room: number): string {
  const rendered = outsideFences(text);
  return rendered.length <= room ? rendered : text;
}

function outsideFences(text: string): string {
  const parts: string[] = [];
  let open: string | undefined;
  let prose: string[] = [];
  const flush = () => {
    if (prose.length > 0) parts.push(renderProse(prose));
    prose = [];
  };
  for (const line of text.split('\n')) {
    const mark = fence.exec(line)?.[1];
    if (open !== undefined) {
      parts.push(line);
      if (mark?.startsWith(open)) open = undefined;
    } else if (mark) {
      flush();
      parts.push(line);
      open = mark;
    } else prose.push(line);
  }
  flush();
  return parts.join('\n');
}

function renderProse(lines: readonly string[]): string {
  return fenceTables(lines)
    .map((part) => (typeof part === 'string' ? part : renderText(part.join('\n'))))
    .join('\n');
}

/** Rows of tables as code blocks; what is between them, as lines. */
function fenceTables(lines: readonly string[]): (string | string[])[] {
  const parts: (string | string[])[] = [];
  for (let at = 0; at < lines.length; ) {
    const end = lines.findIndex((line, index) => index >= at && !tableRow.test(line));
    const rows = lines.slice(at, end < 0 ? lines.length : end);
    const last = parts.at(-1);
    if (rows.length > 1 && !rows.some((row) => row.includes('```'))) {
      parts.push(`\`\`\`\n${rows.join('\n')}\n\`\`\``);
      at += rows.length;
    } else {
      const line = lines[at] ?? '';
      if (Array.isArray(last)) last.push(line);
      else parts.push([line]);
      at += 1;
    }
  }
  return parts;
}

function renderText(text: string): string {
  return readableFormulas(text)
    .replaceAll(/^ {0,3}#{4,6} +([^\n]*?) *#*$/gm, '**$1**')
    .replaceAll(/!(?=\[[^\]\n]+\]\([^)\n]+\))/g, '');
}
