/** Finds where a page that has run over is best cut: between paragraphs, lines, sentences, words, else graphemes. */

import { createFenceScanner, type Fence } from './fences.ts';

/** Ends of lines to cut at, best first; those inside a code block or between a table's rows are the second choice. */
const KINDS = ['paragraph', 'line', 'inner-line'] as const;
type Kind = (typeof KINDS)[number];

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const TABLE_DELIMITER = /^ {0,3}\|?[ \t]*:?-[-:| \t]*\r?$/;
const SENTENCE_END = /[.!?…]["'”’)\]*_]*$/;
const WIDE_SENTENCE_END = /[。！？]$/;

export interface CutOptions {
  readonly maxMarks: number;
  readonly maxLanguage: number;
  /** Open at the beginning of `head`. */
  readonly carried: Fence | undefined;
}

/**
 * Where to cut `head`, which is one UTF-16 unit too long for a page and begins at a grapheme boundary: at least 1, and at
 * most `head.length - 2`, so that the character after the cut is known whole. Depends on `head` alone. A grapheme
 * that is longer than half a page is cut between code points.
 */
export function findCut(head: string, options: CutOptions): number {
  const last = head.length - 2;
  const floor = Math.max(1, last >> 1);
  const best = new Map<Kind, number>();
  const scanner = createFenceScanner(options.maxMarks, options.maxLanguage, options.carried);
  let lineStart = 0;
  let previousLine = '';
  let fenceBefore = options.carried;
  for (let at = 0; at < last; at++) {
    scanner.push(head.charCodeAt(at));
    if (head[at] !== '\n') continue;
    const cut = at + 1;
    const line = head.slice(lineStart, at);
    const fence = scanner.open;
    if (cut >= floor) {
      const kind = lineKind(head, cut, previousLine, line, fenceBefore, fence);
      if (kind && isGraphemeBoundary(head, cut)) best.set(kind, cut);
    }
    previousLine = line;
    fenceBefore = fence;
    lineStart = cut;
  }
  for (const kind of KINDS) {
    const cut = best.get(kind);
    if (cut !== undefined) return cut;
  }
  return cutInLine(head, Math.max(floor, lineStart + 1), last) ?? cutAnywhere(head, floor, last);
}

function lineKind(
  head: string,
  cut: number,
  previousLine: string,
  line: string,
  fenceBefore: Fence | undefined,
  fence: Fence | undefined,
): Kind | undefined {
  if (fence) return fenceBefore ? 'inner-line' : undefined; // not between an opening line and its code
  const end = head.indexOf('\n', cut);
  const nextLine = head.slice(cut, end < 0 ? undefined : end);
  if (line.trim() === '') return nextLine.trim() === '' ? undefined : 'paragraph';
  if (TABLE_DELIMITER.test(nextLine) && nextLine.includes('|')) return undefined;
  if (isRow(line) && isRow(nextLine))
    return TABLE_DELIMITER.test(line) && isRow(previousLine) ? undefined : 'inner-line';
  return 'line';
}

function isRow(line: string): boolean {
  return line.trimStart().startsWith('|');
}

/** Between sentences or else words; behind the blanks, so that the next page begins with a word. */
function cutInLine(head: string, from: number, last: number): number | undefined {
  let word: number | undefined;
  for (let cut = last; cut >= from; cut--) {
    const next = head.charCodeAt(cut);
    if (isBlank(next) || looksLikeFence(next)) continue;
    const wide = WIDE_SENTENCE_END.test(head.slice(cut - 1, cut));
    if (!isBlank(head.charCodeAt(cut - 1)) && !wide) continue;
    if (!isGraphemeBoundary(head, cut)) continue;
    if (wide || SENTENCE_END.test(head.slice(Math.max(0, cut - 12), cut).trimEnd())) return cut;
    word ??= cut;
  }
  return word;
}

/** The last grapheme boundary, segmenting once; within a grapheme as long as this, between code points. */
function cutAnywhere(head: string, floor: number, last: number): number {
  const from = safeStart(head, floor);
  let best: number | undefined;
  let fenced: number | undefined;
  for (const { index } of graphemes.segment(head.slice(from))) {
    const cut = from + index;
    if (cut > last) break;
    if (cut < floor) continue;
    if (looksLikeFence(head.charCodeAt(cut))) fenced = cut;
    else best = cut;
  }
  const cut = best ?? fenced ?? last;
  return isLowSurrogate(head.charCodeAt(cut)) && isHighSurrogate(head.charCodeAt(cut - 1)) ? cut - 1 : cut;
}

/** A mark that stood in the middle of a line must not come to stand at the beginning of one and become a fence. */
function looksLikeFence(unit: number): boolean {
  return unit === 0x60 || unit === 0x7e;
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/**
 * The nearest place before `cut` where segmenting may begin: an ASCII character, since no rule of Unicode's grapheme
 * boundaries looks past one, or the page's beginning.
 */
function safeStart(head: string, cut: number): number {
  let from = cut - 1;
  while (from > 0 && head.charCodeAt(from) > 0x7f) from--;
  return from;
}

/** A boundary depends on what is before it and on the one character after it, which `head` holds whole. */
function isGraphemeBoundary(head: string, cut: number): boolean {
  const from = safeStart(head, cut);
  return graphemes.segment(head.slice(from, cut + 2)).containing(cut - from)?.index === cut - from;
}
