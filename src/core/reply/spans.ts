/** Follows what must not be cut within a line of markdown: links, addresses, code, and text between paired marks. */

import { BACKTICK, isBlank, NEWLINE } from './units.ts';

export interface SpanTracker {
  /** The text's next unit. */
  push(unit: number): void;
  /** Where the span began that is not over yet, or that may be one. */
  readonly start: number | undefined;
}

const ADDRESS = 'https://';
const PAIRED = '*|~';
const BACKSLASH = '\\';

type Phase =
  | 'none'
  /** One mark of a pair, or a backtick, may be followed by more. */
  | 'marks'
  | 'code'
  | 'paired'
  | 'label'
  /** Behind a link's label. */
  | 'labelled'
  | 'target'
  /** A word that may become an address. */
  | 'scheme'
  | 'address';

/** A span ends with its line at the latest, and is none when it is longer than `maxLength`. */
export function createSpanTracker(maxLength: number): SpanTracker {
  let at = 0;
  let phase: Phase = 'none';
  let start = 0;
  let mark = '';
  let marks = 0;
  /** Marks that would close the span, counted in a row. */
  let closing = 0;
  let depth = 0;
  let word = '';
  let escaped = false;
  let wordBegins = true;

  function begin(next: Phase, where: number): void {
    phase = next;
    start = where;
    closing = 0;
    depth = 0;
  }

  function pushOutside(sign: string): void {
    if (sign === '`' || PAIRED.includes(sign)) {
      begin('marks', at);
      mark = sign;
      marks = 1;
    } else if (sign === '[') begin('label', at);
    else if (wordBegins && sign === 'h') {
      begin('scheme', at);
      word = 'h';
    }
  }

  /** Behind the marks: one alone is no span, unless it is a backtick. */
  function afterMarks(sign: string): void {
    if (sign === mark) marks++;
    else if (mark === '`' || (marks >= 2 && !isBlank(sign.charCodeAt(0)))) {
      phase = mark === '`' ? 'code' : 'paired';
      pushInside(sign);
    } else {
      phase = 'none';
      pushOutside(sign);
    }
  }

  function pushInside(sign: string): void {
    switch (phase) {
      case 'none':
        pushOutside(sign);
        return;
      case 'marks':
        afterMarks(sign);
        return;
      case 'code':
      case 'paired':
        if (sign === mark) closing++;
        else if (closing === marks) {
          phase = 'none';
          pushOutside(sign);
        } else closing = 0;
        return;
      case 'label':
        if (sign === '[') depth++;
        else if (sign === ']' && depth-- === 0) phase = 'labelled';
        return;
      case 'labelled':
        if (sign === '(') begin('target', start);
        else {
          phase = 'none';
          pushOutside(sign);
        }
        return;
      case 'target':
        if (sign === '(') depth++;
        else if (sign === ')' && depth-- === 0) phase = 'none';
        return;
      case 'scheme': {
        word += sign;
        const isAddress = word === ADDRESS || word === 'http://';
        if (isAddress) phase = 'address';
        else if (!ADDRESS.startsWith(word) && !'http://'.startsWith(word)) {
          phase = 'none';
          pushOutside(sign);
        }
        return;
      }
      case 'address':
        if (isBlank(sign.charCodeAt(0)) || '<>"'.includes(sign)) phase = 'none';
        return;
    }
  }

  return {
    push(unit) {
      const sign = String.fromCharCode(unit);
      if (unit === NEWLINE || at - start > maxLength) phase = 'none';
      if (unit === NEWLINE) escaped = false;
      else if (escaped) escaped = false;
      else if (sign === BACKSLASH && phase !== 'code' && unit !== BACKTICK) escaped = true;
      else pushInside(sign);
      wordBegins = isBlank(unit) || sign === '(' || sign === '<';
      at++;
    },
    get start() {
      return phase === 'none' ? undefined : start;
    },
  };
}
