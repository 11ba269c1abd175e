/** Cuts a growing markdown text into pages that fit a message, touching each character a constant number of times. */

import { findCut } from './cut.ts';
import { closingLine, createFenceScanner, type Fence, type FenceScanner, openingLine } from './fences.ts';

/** One message's worth of text. */
export interface Page {
  /** What to show: at most the limit; fences closed and reopened, blanks at the edges gone. Empty for blanks alone. */
  readonly text: string;
  /** The piece of the input that it stands for; all pages' pieces in a row are the input. */
  readonly source: string;
}

export interface Splitter {
  append(text: string): void;
  /** All pages so far; every one but the last is final. The last is empty before there is any text. */
  pages(): readonly Page[];
}

export interface SplitterOptions {
  /** What fits on a page; UTF-16 units unless `cost` says otherwise. At least 100. */
  readonly limit: number;
  /** What one UTF-16 unit takes of the limit, where some are escaped before they are sent. Default: 1 each. */
  readonly cost?: (unit: number) => number;
}

const MIN_LIMIT = 100;

/**
 * Pages depend only on the text, not on the pieces it came in: a page is cut as soon as it has run over, by looking at
 * no more than its own text up to there. Throws RangeError when the limit is too small to hold a repaired fence.
 */
export function createSplitter({ limit, cost = () => 1 }: SplitterOptions): Splitter {
  if (limit < MIN_LIMIT) throw new RangeError(`a page holds at least ${MIN_LIMIT} characters, not ${limit}`);
  const maxMarks = Math.floor(limit / 8);
  const maxLanguage = Math.floor(limit / 4);

  const frozen: Page[] = [];
  /** The text that is on no frozen page; `scanned` units of it are counted in `used`. */
  let rest = '';
  let scanned = 0;
  let used = 0;
  let carried: Fence | undefined;
  let scanner: FenceScanner = createFenceScanner(maxMarks, maxLanguage);

  function startPage(fence: Fence | undefined): void {
    carried = fence;
    scanner = createFenceScanner(maxMarks, maxLanguage, fence);
    scanned = 0;
    used = fence ? costOf(openingLine(fence), cost) : 0;
  }

  /** Ends the page; returns how many units of the text are on it. */
  function freeze(): number {
    const cut = findCut(rest.slice(0, scanned), { maxMarks, maxLanguage, carried });
    const source = rest.slice(0, cut);
    const open = fenceAfter(source, createFenceScanner(maxMarks, maxLanguage, carried));
    frozen.push({ text: render(source, carried, open), source });
    rest = rest.slice(cut);
    // A reopened fence begins at the margin, whatever list it stood in.
    startPage(open && { ...open, indent: 0 });
    return cut;
  }

  return {
    append(text) {
      rest += text;
      // Half a character at the end is neither shown nor scanned before its other half has come.
      let end = withoutHalfCharacter(rest).length;
      while (scanned < end) {
        const unit = rest.charCodeAt(scanned++);
        scanner.push(unit);
        used += cost(unit);
        if (used + scanner.reserve > limit) end -= freeze();
      }
    },
    pages: () => [...frozen, { text: render(rest, carried, scanner.open), source: rest }],
  };
}

function fenceAfter(text: string, scanner: FenceScanner): Fence | undefined {
  for (let at = 0; at < text.length; at++) scanner.push(text.charCodeAt(at));
  return scanner.open;
}

function costOf(text: string, cost: (unit: number) => number): number {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum += cost(text.charCodeAt(at));
  return sum;
}

const CLOSING_LINE = /^ {0,3}(`+|~+)[ \t]*\r?(?:\n|$)/;

function render(source: string, carried: Fence | undefined, open: Fence | undefined): string {
  let text = withoutHalfCharacter(source);
  if (carried) {
    const marks = CLOSING_LINE.exec(text)?.[1];
    const closesAtOnce = marks?.startsWith(carried.mark) && marks.length >= carried.length;
    // Code that ended with the page before needs no empty block here.
    text = closesAtOnce ? withoutBlankEdges(text.replace(CLOSING_LINE, '')) : openingLine(carried) + text;
  } else text = text.replace(/^(?:[ \t]*\r?\n)+/, '');
  if (!open) return text.trimEnd();
  return (text.endsWith('\n') ? text : `${text}\n`) + closingLine(open);
}

/** A text may end in a high surrogate, when the low one is still to come. */
function withoutHalfCharacter(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}

function withoutBlankEdges(text: string): string {
  return text.replace(/^(?:[ \t]*\r?\n)+/, '').trimEnd();
}
