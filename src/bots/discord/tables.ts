/** Markdown tables, which Discord does not know: in columns for a code block, or where they are too wide for that as a list. */

/** A table begins so: not with `||`, which covers what is behind it. */
const FIRST_ROW = /^\s*\|(?!\|)/;
const ROW = /^\s*\|/;
const DELIMITER = /^:?-+:?$/;
/** A wider code block is broken into several lines even on a large screen, and cannot be read as columns. */
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

/** The rows with their columns aligned; undefined where that would be too wide. As they are, where there are too many cells. */
export function alignRows(rows: readonly string[]): readonly string[] | undefined {
  const table = rows.map((row) => cellsOf(row).map(plain));
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(3, ...table.filter((cells) => !isDelimiter(cells)).map((cells) => widthOf(cells[column] ?? ''))),
  );
  const total = widths.reduce((sum, width) => sum + width + 3, 1);
  if (total > MOST_COLUMNS) return undefined;
  if (table.some((cells) => cells.length > widths.length)) return rows;
  return table.map((cells) => {
    const delimits = isDelimiter(cells);
    const parts = cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return delimits ? '-'.repeat(width) : cell + ' '.repeat(width - widthOf(cell));
    });
    return `| ${parts.join(' | ')} |`;
  });
}

/** The rows as lines of text, the head in bold and each other one an item of a list; hardly longer than they were. */
export function listRows(rows: readonly string[]): readonly string[] {
  const [head = [], ...others] = rows.map(cellsOf);
  const items = others
    .filter((cells) => !isDelimiter(cells))
    .map(([first = '', ...more]) => joined([bold(first), ...more]))
    .filter((item) => item !== '');
  return [bold(joined(head.map(plain))), ...items.map((item) => `- ${item}`)];
}

function joined(cells: readonly string[]): string {
  return cells.filter((cell) => cell !== '').join(' · ');
}

function bold(cell: string): string {
  return cell === '' || cell.includes('**') ? cell : `**${cell}**`;
}

function cellsOf(row: string): string[] {
  const inner = row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) =>
    cell
      .trim()

      .split(/<br[ \t]*\/?>/i)
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' / ')
      .replaceAll('\\|', '|'),
  );
}

export function withoutBold(text: string): string {
  return text.replaceAll(/\*\*([^*]+)\*\*/g, '$1');
}

/** Without the marks of bold text, code and links, which would show in a code block. */
function plain(cell: string): string {
  return withoutBold(cell)
    .replaceAll(/`([^`]+)`/g, '$1')
    .replaceAll(/\[([^\][]+)\]\(([^()\s]+)\)/g, '$1 ($2)');
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
