/** A model's markdown in Discord's dialect: what Discord does not know is shown by what it does know. */

import { readableFormulas } from '../../core/reply/formulas.ts';
import { beginCodeBlock, type CodeBlock, codeBlock } from './code-blocks.ts';
import { alignRows, listRows, tableLength, withoutBold } from './tables.ts';

const NOTHING = '…';
const RULE = '─'.repeat(24);
const STARRED_RULE = /^ {0,3}([*_])(?:[ \t]*\1){2,}[ \t]*$/gm;
/** Right below a line of text it would make a heading of that. */
const DASHED_RULE = /(^|\n[ \t]*\n) {0,3}-(?:[ \t]*-){2,}[ \t]*(?=\n|$)/g;
/** Code in the line, or a line's end in HTML, which Discord shows as it is. */
const CODE_OR_BREAK = /(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n)[\s\S])*?[^`]\1(?!`)|<br[ \t]*\/?>[ \t]*\n?/gi;

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

type ShowRows = (rows: readonly string[]) => readonly string[] | undefined;
const asTheyAre: ShowRows = (rows) => rows;

function render(text: string, showRows: ShowRows): string {
  const parts: string[] = [];
  let open: CodeBlock | undefined;
  let prose: string[] = [];
  const flush = () => {
    if (prose.length > 0) parts.push(renderProse(prose, showRows));
    prose = [];
  };
  for (const line of text.split('\n')) {
    if (open) {
      if (!open.endsWith(line)) open.lines.push(line);
      else {
        parts.push(...codeBlock(open));
        open = undefined;
      }
      continue;
    }
    open = beginCodeBlock(line);
    if (open) flush();
    else prose.push(line);
  }
  flush();
  if (open) parts.push(...codeBlock(open));
  const rendered = parts.join('\n');
  return rendered.trim() === '' && text.trim() !== '' ? NOTHING : rendered;
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
      const rows = lines.slice(at, at + length);
      const columns = showRows(rows);
      if (columns) {
        flush();
        parts.push(`\`\`\`\n${columns.join('\n')}\n\`\`\``);
      } else between.push(...listRows(rows));
    }
    at += Math.max(1, length);
  }
  flush();
  return parts.join('\n');
}

function renderText(text: string): string {
  return readableFormulas(text)
    .replaceAll(/^ {0,3}#{4,6} +([^\n]*?) *#*$/gm, (_, title: string) => `**${withoutBold(title)}**`)
    .replaceAll(/!(?=\[[^\]\n]+\]\([^)\n]+\))/g, '')
    .replaceAll(STARRED_RULE, RULE)
    .replaceAll(DASHED_RULE, `$1${RULE}`)
    .replaceAll(/^ {0,3}>[ \t>]*/gm, '> ')
    .replaceAll(
      /^([ \t]*(?:[-*+]|\d{1,9}[.)]) )\[([ xX])\] /gm,
      (_, marker: string, done: string) => `${marker}${done === ' ' ? '☐' : '☑'} `,
    )
    .replaceAll(CODE_OR_BREAK, (whole, ticks: string | undefined) => (ticks ? whole : '\n'));
}
