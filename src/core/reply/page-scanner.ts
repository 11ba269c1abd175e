/** Reads one page of markdown unit by unit: its fences, tables, lists, and how good a place each line's beginning is to cut at. */

import { createFenceScanner, type Fence, type FenceScanner } from './fences.ts';
import { createSpanTracker } from './spans.ts';
import { HASH, isBlank, looksLikeFence, NEWLINE, PIPE } from './units.ts';

/** What a page takes over from the one before. */
export interface Carried {
  readonly fence?: Fence | undefined;
  /** A table's first two lines, each with its line end, to be repeated. */
  readonly tableHead?: string | undefined;
  /** How far the text of the list item is indented that goes on; 0 outside of lists. */
  readonly listIndent: number;
  /** Spaces that are taken from the beginning of each line, so that a nested item does not become code. */
  readonly dedent: number;
}

/**
 * Best first. `block`: a paragraph's end before a heading, a code block or a table; `inner`: within a code block, a table, a
 * list item, or right below a heading.
 */
export type LineBreak = 'block' | 'paragraph' | 'line' | 'inner';

export interface PageScannerOptions {
  readonly maxMarks: number;
  readonly maxLanguage: number;
  /** A table's head is repeated, and a link kept in one piece, when it is not longer than this. */
  readonly maxPiece: number;
  readonly carried: Carried;
}

export interface PageScanner {
  push(unit: number): void;
  readonly fences: Pick<FenceScanner, 'open' | 'inFenceLine' | 'reserve'>;
  readonly lineStart: number;
  /** What a cut at `lineStart` would be if the line goes on with this unit; undefined where there must be none. */
  breakBefore(unit: number): LineBreak | undefined;
  /** Where the link, the line of code or the table row began that the text is in. */
  readonly pieceStart: number | undefined;
  /** Where the indentation ends that the page's beginning had. */
  readonly dedentEnd: number;
  /** What a page takes over that begins here; `line` is how it goes on, if that is at the beginning of a line. */
  carry(line: string | undefined): Carried;
}

const SPACE = 0x20;
const TAB = 0x09;
const TAB_WIDTH = 4;
const LONGEST_MARKER = 12;
const LIST_MARKER = /^(?:[-*+]|\d{1,9}[.)])(?=\s|$)/;
const TABLE_DELIMITER = /^\|?[ \t]*:?-[-:| \t]*\r?$/;
const NESTED_INDENT = 2;

type LineKind = 'blank' | 'row' | 'heading' | 'text';

export function createPageScanner(options: PageScannerOptions): PageScanner {
  const { carried, maxPiece } = options;
  let listIndent = carried.listIndent;
  const fences = createFenceScanner({ ...options, carried: carried.fence, listIndent: () => listIndent });
  const spans = createSpanTracker(maxPiece);

  let at = 0;
  let lineStart = 0;
  let indent = 0;
  let kind: LineKind = 'blank';
  /** The line's first units; all of a table's first two lines. */
  let line = '';
  let previousKind: LineKind = 'blank';
  /** The last line that was not blank. */
  let lastKind: LineKind = 'blank';
  let fenceBefore = carried.fence;
  /** Rows of the table so far, those on the pages before counted as its first two. */
  let rows = carried.tableHead === undefined ? 0 : 2;
  let head = '';
  let tableStart = 0;
  let tableHead = carried.tableHead;
  let dedentEnd = carried.dedent > 0 ? Number.POSITIVE_INFINITY : 0;

  /** Up to the end of a table's first row, and while it may still become a table. */
  const beginsTable = () =>
    kind === 'row'
      ? rows < 2 || (rows === 2 && inTable())
      : kind === 'blank' && (rows === 1 || (rows === 2 && inTable()));
  const inTable = () => tableHead !== undefined && rows >= 2;

  function beginLine(unit: number): void {
    kind = unit === PIPE ? 'row' : unit === HASH ? 'heading' : 'text';
    if (kind === 'row' && rows === 0) tableStart = lineStart;
    if (indent === 0 && carried.dedent > 0 && !fences.openBefore) dedentEnd = Math.min(dedentEnd, lineStart);
  }

  function endLine(): void {
    if (fences.openBefore || fences.open) leaveTable();
    else endProse();
    fenceBefore = fences.openBefore;
    previousKind = kind;
    if (kind !== 'blank') lastKind = kind;
    kind = 'blank';
    indent = 0;
    line = '';
    lineStart = at + 1;
  }

  function endProse(): void {
    if (kind === 'row') endRow();
    else leaveTable();
    if (kind === 'blank') return;
    const marker = LIST_MARKER.exec(line)?.[0];
    if (marker !== undefined) listIndent = indent + marker.length + 1;
    else listIndent = indent === 0 ? 0 : Math.min(listIndent, indent);
  }

  function leaveTable(): void {
    rows = 0;
    tableHead = undefined;
  }

  function endRow(): void {
    rows++;
    if (rows === 1) head = line;
    if (rows !== 2) return;
    const both = `${head.trimEnd()}\n${line.trimEnd()}\n`;
    tableHead = TABLE_DELIMITER.test(line) && both.length <= maxPiece ? both : undefined;
  }

  return {
    fences,
    get lineStart() {
      return lineStart;
    },
    push(unit) {
      if (unit === NEWLINE) endLine();
      else {
        if (kind === 'blank' && !isBlank(unit)) beginLine(unit);
        if (kind === 'blank') indent += unit === SPACE ? 1 : unit === TAB ? TAB_WIDTH : 0;
        else if (line.length < LONGEST_MARKER || (kind === 'row' && rows < 2)) {
          line += String.fromCharCode(unit);
        }
      }
      fences.push(unit);
      if (unit === NEWLINE) fenceBefore = fenceBefore && fences.openBefore;
      spans.push(unit);
      at++;
    },
    breakBefore(unit) {
      if (kind !== 'blank' || isBlank(unit) || lineStart === 0) return undefined;
      // Not between an opening line and its code.
      if (fences.openBefore) return fenceBefore ? 'inner' : undefined;
      const nested = listIndent > 0 && indent >= NESTED_INDENT;
      const beginsBlock = unit === HASH || looksLikeFence(unit) || (unit === PIPE && previousKind !== 'row');
      if (nested || lastKind === 'heading') return 'inner';
      if (previousKind === 'blank') return beginsBlock ? 'block' : 'paragraph';
      if (beginsBlock) return 'paragraph';
      if (unit !== PIPE) return 'line';
      // Not between a table's head and its first row.
      if (rows === 1 || (rows === 2 && inTable())) return undefined;
      return inTable() ? 'inner' : 'line';
    },
    get pieceStart() {
      if (fences.openBefore) return fenceBefore && kind !== 'blank' ? lineStart : undefined;
      if (beginsTable()) return tableStart;
      return kind === 'row' && inTable() ? lineStart : spans.start;
    },
    get dedentEnd() {
      return dedentEnd;
    },
    carry(line) {
      const fence = fences.open;
      if (fence) return { fence, listIndent, dedent: fence.indent };
      if (line === undefined) return { listIndent, dedent: 0 };
      const goesOn = inTable() && previousKind === 'row' && line.trimStart().startsWith('|');
      const dedent = listIndent > 0 ? line.length - line.trimStart().length : 0;
      return { listIndent, dedent, ...(goesOn && { tableHead }) };
    },
  };
}
