/** Shows the end of a text that still goes on: marks that are open are closed, and what is nothing without its rest waits. */

const FENCE_LINE = /^([ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
/** What may become the line that closes a fence, above the one that closes it meanwhile. */
const FENCE_BEGINNING = /\n[ \t]*(?:`{0,2}|~{0,2})[ \t]*(?=\n[ \t]*(?:`+|~+)$|$)/;
/** Where what is open in the lines before is over. */
const NEW_BLOCK = /^[ \t]*(?:[-*+>][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|\||$)/;
/** What may become a list item, a heading, a rule, a quotation; below a line of text it may make that a heading, too. */
const MARKER_ALONE = /(?:^|\n)[ \t]*(?:[-=*+_~>]+|#{1,6}|\d{1,9}[.)])[ \t]*$/;
/** A covered line is closed already. */
const COVERED = /^-# \|\|/;
/** A table's first row, with the second as far as it goes. */
const TABLE_BEGINNING = /^[ \t]*\|(?!\|)[^\n]*(?:\n[ \t]*\|?[ \t|:-]*)?$/;
const HALF_LINK = /^\[([^[\]\n]+)\]\([^()\s]*(?:\([^()\s]*\)?[^()\s]*)?$/;
/** What holds no marks: an escaped character, a link's target, an address. Code has its own rule. */
const NO_MARKS = /\\[^\n]|\]\([^()\s]*\)|https?:\/\/[^\s<>"*]+/y;
const MARKS = /`+|\*+|~~/y;
/** The first half of what opens or closes a formula. */
const FORMULA_BEGINNING = /(?<![\\$])[\\$]$/;
const FORMULA = /\\\(|\\\[|\$\$/y;
const FORMULA_END: Readonly<Record<string, string>> = { '\\(': '\\)', '\\[': '\\]', $$: '$$' };
const MOST_STARS = 3;

/**
 * Markdown that more will be added to → the same as it reads best until then. For the text of a page, or of the last blocks.
 * What it gives of a longer text is never empty once it was not.
 */
export function withoutOpenMarks(text: string): string {
  const { from, isCode } = lastBlock(text);
  if (isCode) return text.replace(FENCE_BEGINNING, '');
  if (from === undefined) return text;
  const before = text.slice(0, from);
  const block = text.slice(from).trimEnd().replace(FORMULA_BEGINNING, '');
  if (TABLE_BEGINNING.test(block)) return before.trimEnd();
  const shown = closed(withoutHalfLink(block));
  const marker = MARKER_ALONE.exec(shown);
  const without = before + (marker ? shown.slice(0, marker.index) : shown);
  // An answer may be a number, and that be on show already.
  const isAll = without.trim() === '' && /\d/.test(shown);
  return (isAll ? before + shown : without).trimEnd();
}

/** Markdown that ends in its midst → the same with what is open closed, for something else to stand below it. */
export function closeOpenMarks(text: string): string {
  const { from, fence } = lastBlock(text);
  if (fence !== undefined) return `${text.trimEnd()}\n${fence}`;
  return from === undefined ? text : text.slice(0, from) + closed(text.slice(from).trimEnd());
}

interface LastBlock {
  /** Where the last paragraph, list item or table begins; undefined where nothing can be open. */
  readonly from?: number;
  readonly isCode?: boolean;
  /** The line that would close the open code block. */
  readonly fence?: string;
}

function lastBlock(text: string): LastBlock {
  let from = 0;
  let at = 0;
  let fence: string | undefined;
  let indent = '';
  let inTable = false;
  let line = '';
  for (const next of text.trimEnd().split('\n')) {
    line = next;
    const [, blanks = '', marks, behind = ''] = FENCE_LINE.exec(line) ?? [];
    if (fence !== undefined) {
      if (marks?.startsWith(fence) && behind.trim() === '') fence = undefined;
      from = at + line.length + 1;
    } else if (marks) {
      fence = marks;
      indent = blanks;
      from = at + line.length + 1;
    } else {
      const isRow = /^[ \t]*\|/.test(line);
      if (NEW_BLOCK.test(line) && !(isRow && inTable)) from = at;
      inTable = isRow;
    }
    at += line.length + 1;
  }
  if (fence !== undefined) return { isCode: true, fence: indent + fence };
  if (from >= at) return { isCode: true };
  return COVERED.test(line) ? {} : { from };
}

function withoutHalfLink(block: string): string {
  const at = block.lastIndexOf('[');
  const label = at === -1 ? undefined : HALF_LINK.exec(block.slice(at))?.[1];
  if (label === undefined) return block;
  return block.slice(0, block.charAt(at - 1) === '!' ? at - 1 : at) + label;
}

/** With what closes the marks in it that are open. */
function closed(block: string): string {
  const open: string[] = [];
  let at = 0;
  while (at < block.length) {
    FORMULA.lastIndex = at;
    const opening = FORMULA.exec(block)?.[0];
    if (opening !== undefined) {
      const ending = FORMULA_END[opening] ?? opening;
      const end = block.indexOf(ending, at + opening.length);
      if (end === -1) return withOpenFormula(block, at, { opening, ending }, open);
      at = end + ending.length;
      continue;
    }
    NO_MARKS.lastIndex = at;
    MARKS.lastIndex = at;
    const plain = NO_MARKS.exec(block)?.[0];
    const marks = plain === undefined ? MARKS.exec(block)?.[0] : undefined;
    if (marks?.startsWith('`')) {
      const end = endOfCode(block, at + marks.length, marks);
      if (end === undefined) return withOpenCode(block, at, marks, open);
      at = end;
    } else {
      const end = at + (plain ?? marks ?? ' ').length;
      const unused = marks ? read(marks, block, at, open) : 0;
      // What stands last and closes nothing begins something, or is the first part of what will.
      if (unused > 0 && end === block.length) return closed(withoutLastMarks(block.slice(0, at)));
      at = end;
    }
  }
  if (open.at(-1) === '~~' && block.endsWith('~')) return closed(block.slice(0, -1));
  return block + open.reverse().join('');
}

function withoutLastMarks(block: string): string {
  let end = block.length;
  while (end > 0 && /[*~\s]/.test(block.charAt(end - 1)) && block.charAt(end - 2) !== '\\') end--;
  return block.slice(0, end);
}

/** Takes a run of marks into account: it closes what is open, or opens something. Returns how many did neither. */
function read(marks: string, block: string, at: number, open: string[]): number {
  const sign = marks.charAt(0);
  const before = block.charAt(at - 1);
  const after = block.charAt(at + marks.length);
  let left = marks.length;
  if (before.trim() !== '') {
    for (let top = open.at(-1); top?.startsWith(sign) && top.length <= left; top = open.at(-1)) {
      left -= top.length;
      open.pop();
    }
  }
  // Between letters or digits they are not meant: 2*3, x**2.
  if (left === 0 || left > MOST_STARS || after.trim() === '' || /[A-Za-z0-9]/.test(before)) return left;
  open.push(sign.repeat(left));
  return 0;
}

function endOfCode(block: string, from: number, marks: string): number | undefined {
  const runs = /`+/g;
  runs.lastIndex = from;
  for (let run = runs.exec(block); run; run = runs.exec(block)) {
    if (run[0].length === marks.length) return run.index + marks.length;
  }
  return undefined;
}

function withOpenCode(block: string, at: number, marks: string, open: readonly string[]): string {
  const code = block.slice(at + marks.length).replace(/`+$/, '');
  if (code.trim() === '') return closed(block.slice(0, at).trimEnd());
  return block.slice(0, at) + marks + code + marks + [...open].reverse().join('');
}

function withOpenFormula(
  block: string,
  at: number,
  { opening, ending }: { readonly opening: string; readonly ending: string },
  open: readonly string[],
): string {
  const formula = block.slice(at + opening.length).replace(/[\\$]+$/, '');
  if (formula.trim() === '') return closed(block.slice(0, at).trimEnd());
  return block.slice(0, at) + opening + formula + ending + [...open].reverse().join('');
}
