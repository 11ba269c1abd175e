/** Folds away what a model thinks aloud before it answers (`<think>…</think>`), piece by piece as the text grows. */

import { createFenceScanner } from './fences.ts';
import { isBlank, NEWLINE } from './units.ts';

/** `spoiler`: small lines to be uncovered, in Discord's markdown; `quote`: a quotation, for all others. */
export type ReasoningStyle = 'spoiler' | 'quote';

export interface ReasoningOptions {
  readonly style: ReasoningStyle;
  /** What is shown of it at most. */
  readonly maxCharacters: number;
  /** The answer alone: also without what stands before the end of reasoning whose beginning the model left out. */
  readonly answerOnly?: boolean;
}

export interface FoldedText {
  /** Markdown in which the reasoning is marked. Of a longer text it is longer at the end only, until that has ended. */
  readonly text: string;
  /** The reasoning goes on. */
  readonly thinking: boolean;
}

/** Takes the newest text each time; reads only what is new in it. `ended`: nothing more comes. */
export type ReasoningFold = (text: string, ended: boolean) => FoldedText;

const OPENING = ['<think>', '<thinking>', '<reasoning>'];
const CLOSING = ['</think>', '</thinking>', '</reasoning>'];
const ANY = [...OPENING, ...CLOSING];
const LESS = 0x3c;
const FENCE_LINE = /^(?:`{3,}|~{3,})[\w+#.-]*$/;
const FENCE_BEGINNING = /^(?:`+|~+)[\w+#.-]*$/;
/** A longer line of reasoning is shown in pieces, so that each of them fits any page. */
const LONGEST_LINE = 300;
/** More marks or a longer language make no difference here. */
const FENCE = { maxMarks: 100, maxLanguage: 0, carried: undefined, listIndent: () => 0 } as const;

/**
 * A tag counts at the beginning of a line, outside of code blocks; what it opens ends anywhere, or with the text. One that
 * closes nothing becomes a line across.
 */
export function createReasoningFold(options: ReasoningOptions): ReasoningFold {
  let reader = createReader(options);
  let read = '';
  return (text, ended) => {
    if (!text.startsWith(read)) {
      reader = createReader(options);
      read = '';
    }
    for (let at = read.length; at < text.length; at++) reader.push(text.charCodeAt(at));
    read = text;
    return { text: reader.text(ended), thinking: reader.thinking() };
  };
}

function createReader(options: ReasoningOptions) {
  let shown = '';
  /** What may still become a tag. */
  let held = '';
  let notes: Notes | undefined;
  let atLineStart = true;
  let skipBlanks = false;
  let scanner = createFenceScanner(FENCE);

  function pushText(unit: number): void {
    if (skipBlanks && isBlank(unit)) return;
    skipBlanks = false;
    shown += String.fromCharCode(unit);
    scanner.push(unit);
    atLineStart = unit === NEWLINE || (atLineStart && isBlank(unit));
  }

  function push(unit: number): void {
    const tags = notes ? CLOSING : ANY;
    const mayBegin = unit === LESS && (notes !== undefined || (atLineStart && !scanner.open));
    if (held === '' && !mayBegin) {
      if (notes) notes.push(unit);
      else pushText(unit);
      return;
    }
    held += String.fromCharCode(unit);
    const candidate = held.toLowerCase();
    if (tags.includes(candidate)) {
      held = '';
      if (notes) endNotes(notes.text(true));
      else if (CLOSING.includes(candidate)) endPlain();
      else notes = createNotes(options);
      return;
    }
    if (tags.some((tag) => tag.startsWith(candidate))) return;
    const plain = held;
    held = '';
    for (let at = 0; at < plain.length; at++) {
      if (at > 0 && plain.charCodeAt(at) === LESS) push(plain.charCodeAt(at));
      else if (notes) notes.push(plain.charCodeAt(at));
      else pushText(plain.charCodeAt(at));
    }
  }

  /** Some models begin in the midst of their reasoning: what was on show stays, told from the answer by a line. */
  function endPlain(): void {
    if (options.answerOnly) shown = '';
    endNotes(shown.trim() === '' ? '' : '---');
  }

  function endNotes(folded: string): void {
    shown = joined(shown, folded);
    if (shown !== '') shown = `${shown.trimEnd()}\n\n`;
    notes = undefined;
    atLineStart = true;
    skipBlanks = true;
    scanner = createFenceScanner(FENCE);
  }

  return {
    push,
    thinking: () => notes !== undefined,
    text(ended: boolean): string {
      if (notes) return joined(shown, notes.text(ended));
      return ended ? shown + held : shown;
    },
  };
}

function joined(before: string, notes: string): string {
  if (notes === '' || before.trim() === '') return notes || before;
  return `${before.trimEnd()}\n\n${notes}`;
}

interface Notes {
  push(unit: number): void;
  /** The marked lines so far, without a line end; with `whole` also what waits for its line to end. */
  text(whole: boolean): string;
}

function createNotes({ style, maxCharacters }: ReasoningOptions): Notes {
  const lines: string[] = [];
  let line = '';
  let room = maxCharacters;

  function endLine(): void {
    const ended = line.trimEnd();
    line = '';
    // Marks that would begin a code block say nothing here.
    if (FENCE_LINE.test(ended)) return;
    if (ended !== '') lines.push(ended);
    else if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
  }

  return {
    push(unit) {
      if (room === 0) return;
      if (unit === NEWLINE || (line.length >= LONGEST_LINE && isBlank(unit))) endLine();
      else if (line !== '' || !isBlank(unit)) {
        line += String.fromCharCode(unit);
        room--;
        if (room === 0) line += '…';
      }
    },
    text(whole) {
      // A quotation can grow within its line; what is covered has to be closed.
      const growing = style === 'quote' && !FENCE_BEGINNING.test(line);
      const last = line !== '' && !FENCE_LINE.test(line) && (whole || room === 0 || growing) ? [line] : [];
      const all = [...lines, ...last];
      while (all.at(-1) === '') all.pop();
      return all.map((text) => marked(text, style)).join('\n');
    },
  };
}

function marked(line: string, style: ReasoningStyle): string {
  // Marks that would begin a code block end nothing in here.
  const plain = line.replace(/`{3,}|~{3,}/g, (marks) => marks.slice(0, 2));
  if (style === 'quote') return `> ${plain}`.trimEnd();
  return plain === '' ? '' : `-# ||${plain.replaceAll('|', '\\|')}||`;
}
