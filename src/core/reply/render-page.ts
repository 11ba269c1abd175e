/** Makes of a page's piece of the text what is shown: fences closed and reopened, a table's head repeated, blanks at the edges gone. */

import { closingLine, openingLine } from './fences.ts';
import type { Carried, PageScanner } from './page-scanner.ts';

const CLOSING_LINE = /^ *(`+|~+)[ \t]*\r?(?:\n|$)/;
const BLANK_LINES = /^(?:[ \t]*\r?\n)+/;

/** `scanner` has read the source, and nothing else. */
export function renderPage(source: string, carried: Carried, scanner: PageScanner): string {
  const { open } = scanner.fences;
  let text = dedent(source, carried.dedent, scanner.dedentEnd);
  if (carried.fence) {
    const marks = CLOSING_LINE.exec(text)?.[1];
    const closesAtOnce = marks?.startsWith(carried.fence.mark) && marks.length >= carried.fence.length;
    // Code that ended with the page before needs no empty block here.
    text = closesAtOnce
      ? text.replace(CLOSING_LINE, '').replace(BLANK_LINES, '')
      : openingLine(carried.fence) + text;
  } else text = (carried.tableHead ?? '') + text.replace(BLANK_LINES, '');
  if (!open) return text.trimEnd();
  const close = closingLine(open);
  const closed = scanner.dedentEnd < source.length ? close : dedent(close, carried.dedent, close.length);
  return (text.endsWith('\n') ? text : `${text}\n`) + closed;
}

/** Takes up to `spaces` from the beginning of each line that begins before `end`. */
function dedent(text: string, spaces: number, end: number): string {
  if (spaces === 0) return text;
  const head = text.slice(0, end);
  return head.replace(new RegExp(`^ {1,${spaces}}`, 'gm'), '') + text.slice(head.length);
}
