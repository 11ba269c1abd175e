/** Markdown tables, which Discord does not know, as code blocks with their columns aligned. */

/** A table begins so: not with `||`, which covers what is behind it. */
const FIRST_ROW = /^\s*\|(?!\|)/;
const ROW = /^\s*\|/;
const DELIMITER = /^:?-+:?$/;
/** A wider code block is broken into several lines even on a large screen: aligned it would be harder to read. */
const MOST_COLUMNS = 80;

/** How many lines from this one on are a table, the last one perhaps half written; 0 for none. */
export function tableLength(lines: readonly string[], from: number): number {
  if (!FIRST_ROW.test(lines[from] ?? '')) return 0;
  let end = from;
  while (end < lines.length && ROW.test(lines[end] ?? '')) {
    if (lines[end]?.includes('```')) return 0;
    end++;
  }
  return end - from > 1 ? end - from : 0;
}

/** The rows with their columns aligned; as they are, where that would be too wide. */
export function alignRows(rows: readonly string[]): readonly string[] {
  const table = rows.map(cellsOf);
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(3, ...table.filter((cells) => !isDelimiter(cells)).map((cells) => widthOf(cells[column] ?? ''))),
  );
  const total = widths.reduce((sum, width) => sum + width + 3, 1);
  if (total > MOST_COLUMNS || table.some((cells) => cells.length > widths.length)) return rows;
  return table.map((cells) => {
    const delimits = isDelimiter(cells);
    const parts = cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return delimits ? '-'.repeat(width) : cell + ' '.repeat(width - widthOf(cell));
    });
    return `| ${parts.join(' | ')} |`;
  });
}

/** Without the stars of bold text, which would show in code. */
function cellsOf(row: string): string[] {
  const inner = row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll(/\*\*([^*]+)\*\*/g, '$1'));
}

function isDelimiter(cells: readonly string[]): boolean {
  return (
    cells.some((cell) => DELIMITER.test(cell)) && cells.every((cell) => cell === '' || DELIMITER.test(cell))
  );
}

const graphemes = new Intl.Segmenter();
const WIDE =
  /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;

/** In columns of a font that gives all letters the same width, and ideographs and emoji two of it. */
function widthOf(text: string): number {
  // Most cells need no closer look.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}
