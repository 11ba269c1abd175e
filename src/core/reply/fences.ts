/** Follows code fences through markdown one UTF-16 unit at a time, so that a page can be closed after any of them. */

/** An open code fence, as CommonMark defines it. */
export interface Fence {
  readonly mark: '`' | '~';
  /** How many marks; the closing line has at least as many. */
  readonly length: number;
  /** Spaces before the marks: the repair has as many, or it would leave the list item that the fence is in. */
  readonly indent: number;
  /** First word of the info string. */
  readonly language: string;
}

export interface FenceScanner {
  push(unit: number): void;
  /** The fence that would stay open if the text ended here. */
  readonly open: Fence | undefined;
  /** The one that was open when the current line began. */
  readonly openBefore: Fence | undefined;
  /** The current line may be one of marks. */
  readonly inFenceLine: boolean;
  /** Units to keep free for closing a fence here; at least what `open` needs, and known without looking ahead. */
  readonly reserve: number;
}

export interface FenceScannerOptions {
  /** More marks in a row are plain text. */
  readonly maxMarks: number;
  readonly maxLanguage: number;
  /** Open at the beginning. */
  readonly carried: Fence | undefined;
  /** How far the text of the list item is indented that the current line is in. */
  readonly listIndent: () => number;
}

const BACKTICK = 0x60;
const TILDE = 0x7e;
const SPACE = 0x20;
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** Beyond the list item's own indentation. */
const MAX_INDENT = 3;
const MIN_MARKS = 3;

/** The line that closes a fence. */
export function closingLine(fence: Fence): string {
  return ' '.repeat(fence.indent) + fence.mark.repeat(fence.length);
}

/** The line that opens a fence again on the next page, where it is indented no more. */
export function openingLine(fence: Fence): string {
  return `${fence.mark.repeat(fence.length)}${fence.language}\n`;
}

/** Starts at the beginning of a line. */
export function createFenceScanner(options: FenceScannerOptions): FenceScanner {
  const { maxMarks, maxLanguage } = options;
  let before = options.carried;
  /** What the current line can still turn out to be: nothing seen yet but indentation, marks, marks and more, or text. */
  let phase: 'indent' | 'marks' | 'info' | 'text' = 'indent';
  let indent = 0;
  let mark = 0;
  let count = 0;
  let info = '';

  function current(): Fence | undefined {
    const fenceLine = (phase === 'marks' || phase === 'info') && count >= MIN_MARKS;
    if (!fenceLine) return before;
    const sign = mark === BACKTICK ? '`' : '~';
    if (before) return before.mark === sign && count >= before.length ? undefined : before;
    const word = info.trim().split(/\s/, 1)[0] ?? '';
    return { mark: sign, length: count, indent, language: word.length <= maxLanguage ? word : '' };
  }

  function pushIntoLine(unit: number): void {
    switch (phase) {
      case 'text':
        return;
      case 'indent':
        if (unit === SPACE && indent < MAX_INDENT + (before?.indent ?? options.listIndent())) indent++;
        else if (unit === BACKTICK || unit === TILDE) {
          phase = 'marks';
          mark = unit;
          count = 1;
        } else phase = 'text';
        return;
      case 'marks':
        if (unit === mark) {
          count++;
          if (count > maxMarks) phase = 'text';
          return;
        }
        if (count < MIN_MARKS) phase = 'text';
        else {
          phase = 'info';
          pushIntoLine(unit);
        }
        return;
      case 'info':
        // A closing line has nothing after its marks; an opening line of backticks has no backtick after them.
        if (
          before ? unit !== SPACE && unit !== TAB && unit !== RETURN : mark === BACKTICK && unit === BACKTICK
        )
          phase = 'text';
        else if (info.length <= maxLanguage) info += String.fromCharCode(unit);
        return;
    }
  }

  return {
    push(unit) {
      if (unit !== NEWLINE) return pushIntoLine(unit);
      before = current();
      phase = 'indent';
      indent = 0;
      count = 0;
      info = '';
    },
    get open() {
      return current();
    },
    get openBefore() {
      return before;
    },
    get inFenceLine() {
      return phase === 'marks' || phase === 'info';
    },
    get reserve() {
      if (before) return 1 + before.indent + before.length;
      return phase === 'marks' || phase === 'info' ? 1 + indent + count : 0;
    },
  };
}
