/** A model's markdown in Discord's dialect: formulas and tables as code, which it shows as they are, small headings in bold. */

import { readableFormulas } from '../../core/reply/formulas.ts';
import { alignRows, tableLength } from './tables.ts';

const fence = /^ {0,3}(`{3,}|~{3,})/;

/**
 * The text as Discord shows it readably, at most `room` characters long: where it would become longer, it stays as it is.
 * Takes time in proportion to the text's length, for text of a page.
 */
export function toDiscordMarkdown(text: string, room: number): string {
  const fits = (rendered: string) => rendered.length <= room;
  const aligned = render(text, alignRows);
  if (fits(aligned)) return aligned;
  const rendered = render(text, asTheyAre);
  return fits(rendered) ? rendered : text;
}

type ShowRows = (rows: readonly string[]) => readonly string[];
const asTheyAre: ShowRows = (rows) => rows;

function render(text: string, showRows: ShowRows): string {
  const parts: string[] = [];
  let open: string | undefined;
  let prose: string[] = [];
  const flush = () => {
    if (prose.length > 0) parts.push(renderProse(prose, showRows));
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

function renderProse(lines: readonly string[], showRows: ShowRows): string {
  const parts: string[] = [];
  let between: string[] = [];
  const flush = () => {
    if (between.length > 0) parts.push(renderText(between.join('\n')));
    between = [];
  };
  for (let at = 0; at < lines.length; ) {
    const length = tableLength(lines, at);
    if (length === 0) between.push(lines[at] ?? '');
    else {
      flush();
      parts.push(`\`\`\`\n${showRows(lines.slice(at, at + length)).join('\n')}\n\`\`\``);
    }
    at += Math.max(1, length);
  }
  flush();
  return parts.join('\n');
}

function renderText(text: string): string {
  return readableFormulas(text)
    .replaceAll(/^ {0,3}#{4,6} +([^\n]*?) *#*$/gm, '**$1**')
    .replaceAll(/!(?=\[[^\]\n]+\]\([^)\n]+\))/g, '');
}
