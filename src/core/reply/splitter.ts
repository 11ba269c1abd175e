/** Cuts a growing markdown text into pages that fit a message, touching each character a constant number of times. */

import { openingLine } from './fences.ts';
import { type Carried, createPageScanner, type LineBreak, type PageScanner } from './page-scanner.ts';
import { renderPage } from './render-page.ts';
import {
  endsInHalfCharacter,
  isBlank,
  isGraphemeBoundary,
  lastCut,
  looksLikeFence,
  withoutHalfCharacter,
} from './units.ts';

/** One message's worth of text. */
export interface Page {
  /** What to show: at most the limit; fences closed and reopened, blanks at the edges gone. Empty for blanks alone. */
  readonly text: string;
  /** The piece of the input that it stands for; all pages' pieces in a row are the input. */
  readonly source: string;
}

export interface Splitter {
  append(text: string): void;
  /**
   * All pages so far; every one but the last is final. The last is empty before there is any text. `growing`: more may
   * come, so the last page's text leaves out what may yet turn out to belong to the next one.
   */
  pages(growing?: boolean): readonly Page[];
}

export interface SplitterOptions {
  /** What fits on a page; UTF-16 units unless `cost` says otherwise. At least 100. */
  readonly limit: number;
  /** What one UTF-16 unit takes of the limit, where some are escaped before they are sent. Default: 1 each. */
  readonly cost?: (unit: number) => number;
}

const MIN_LIMIT = 100;

/** How full a page has to be for the next place of this kind to end it. */
const FULL_ENOUGH: Readonly<Record<LineBreak | 'sentence' | 'word' | 'code-word', number>> = {
  block: 0.7,
  paragraph: 0.83,
  line: 0.89,
  inner: 0.91,
  sentence: 0.94,
  word: 0.965,
  'code-word': 0.98,
};
/** From here on, what must not be cut (a link, a table's row) is cut off before its beginning if it doesn't fit. */
const PIECES_FROM = 0.75;
/** From here on a character counts only when the next one has begun. */
const CHARACTERS_FROM = 0.9;

const SENTENCE_END = /[.!?…]["'”’)\]*_]*$/;
const WIDE_SENTENCE_END = /[。！？]$/;
const WIDE_PAUSE = /[、，；：]$/;
/** What may become the line that closes a fence. */
const MARKS_ALONE = /^ *(?:`*|~*)[ \t]*$/;

/**
 * A page ends at the first place that is good enough for how full it is, by looking at no more than one character behind
 * it. Pages depend only on the text, not on the pieces it came in, and what was on show on a page stays on it. Throws
 * RangeError when the limit is too small to hold a repaired fence.
 */
export function createSplitter({ limit, cost = () => 1 }: SplitterOptions): Splitter {
  if (limit < MIN_LIMIT) throw new RangeError(`a page holds at least ${MIN_LIMIT} characters, not ${limit}`);
  const sizes = {
    maxMarks: Math.floor(limit / 8),
    maxLanguage: Math.floor(limit / 4),
    maxPiece: Math.floor(limit / 4),
  };

  const frozen: Page[] = [];
  /** The text that is on no frozen page; `scanned` units of it are counted in `used`. */
  let rest = '';
  let scanned = 0;
  let used = 0;
  let carried: Carried = { listIndent: 0, dedent: 0 };
  let scanner = createPageScanner({ ...sizes, carried });
  /** Where the page had become so full. */
  let piecesFrom: number | undefined;
  let charactersFrom: number | undefined;

  function startPage(next: Carried): void {
    carried = next;
    scanner = createPageScanner({ ...sizes, carried });
    scanned = 0;
    used = costOf((next.fence ? openingLine(next.fence) : '') + (next.tableHead ?? ''), cost);
    piecesFrom = undefined;
    charactersFrom = undefined;
  }

  const fullness = () => (used + scanner.fences.reserve) / limit;

  /** Where the page, so full, ends if this unit, the next one, makes a good enough beginning for another. */
  function cutBefore(unit: number, full: number): number | undefined {
    if (full < FULL_ENOUGH.block || isBlank(unit)) return undefined;
    const line = scanner.breakBefore(unit);
    if (line) return full >= FULL_ENOUGH[line] ? scanner.lineStart : undefined;
    if (full < FULL_ENOUGH.sentence || scanned === 0) return undefined;
    const inCode = scanner.fences.open !== undefined;
    // A line of code may be longer than a page, other pieces are not.
    const piece = inCode ? openPiece() : scanner.pieceStart;
    if (piece !== undefined || scanner.fences.inFenceLine || looksLikeFence(unit)) return undefined;
    const kind = endOf(rest.slice(Math.max(0, scanned - 12), scanned), inCode);
    return kind && full >= FULL_ENOUGH[kind] && isGraphemeBoundary(rest, scanned) ? scanned : undefined;
  }

  /** What began where the page was fuller than that, and is not over. */
  function openPiece(): number | undefined {
    if (piecesFrom === undefined) return undefined;
    const start = scanner.pieceStart;
    return start !== undefined && start > 0 && start >= piecesFrom ? start : undefined;
  }

  /** The end of what will stay on the page whatever comes. */
  function certain(): number {
    const withoutCharacter =
      charactersFrom === undefined ? scanned : Math.max(charactersFrom, lastCut(rest, scanned));
    return Math.min(openPiece() ?? scanned, withoutCharacter);
  }

  function scan(unit: number, full: number): void {
    if (full >= PIECES_FROM) piecesFrom ??= scanned;
    if (full >= CHARACTERS_FROM) charactersFrom ??= scanned;
    scanner.push(unit);
    used += cost(unit);
    scanned++;
  }

  function freeze(cut: number): void {
    const source = rest.slice(0, cut);
    const ended = cut === scanned ? scanner : read(source);
    frozen.push({ text: renderPage(source, carried, ended), source });
    rest = rest.slice(cut);
    startPage(ended.carry(cut === ended.lineStart ? (/^ *\S?/.exec(rest)?.[0] ?? '') : undefined));
  }

  function read(source: string): PageScanner {
    const again = createPageScanner({ ...sizes, carried });
    for (let at = 0; at < source.length; at++) again.push(source.charCodeAt(at));
    return again;
  }

  function lastPage(growing: boolean): Page {
    const end = growing ? certain() : scanned;
    const shown = end < scanned ? rest.slice(0, end) : withoutHalfCharacter(rest);
    if (growing && carried.fence && MARKS_ALONE.test(shown)) return { text: '', source: rest };
    return { text: renderPage(shown, carried, end < scanned ? read(shown) : scanner), source: rest };
  }

  return {
    append(text) {
      if (text === '') return;
      /** Where `text` begins: `rest` is a chain of pieces, and to look into it is to join them. */
      let begin = rest.length;
      rest += text;
      // Half a character at the end is neither shown nor scanned before its other half has come.
      let end = endsInHalfCharacter(text) ? rest.length - 1 : rest.length;
      while (scanned < end) {
        const unit = scanned < begin ? rest.charCodeAt(scanned) : text.charCodeAt(scanned - begin);
        const full = fullness();
        let cut = cutBefore(unit, full);
        if (cut === undefined) {
          const piece = isBlank(unit) ? undefined : openPiece();
          scan(unit, full);
          // A piece that ends with the unit that is too many does not fit either.
          if (fullness() > 1) cut = openPiece() ?? piece ?? lastCut(rest, scanned);
        }
        if (cut === undefined) continue;
        freeze(cut);
        begin -= cut;
        end -= cut;
      }
    },
    pages: (growing = false) => [...frozen, lastPage(growing)],
  };
}

/** Whether a sentence, or else a word, ends here; behind the blanks, so that the next page begins with a word. */
function endOf(before: string, inCode: boolean): 'sentence' | 'word' | 'code-word' | undefined {
  if (inCode) return isBlank(before.charCodeAt(before.length - 1)) ? 'code-word' : undefined;
  if (WIDE_SENTENCE_END.test(before)) return 'sentence';
  if (WIDE_PAUSE.test(before)) return 'word';
  if (!isBlank(before.charCodeAt(before.length - 1))) return undefined;
  return SENTENCE_END.test(before.trimEnd()) ? 'sentence' : 'word';
}

function costOf(text: string, cost: (unit: number) => number): number {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum += cost(text.charCodeAt(at));
  return sum;
}
