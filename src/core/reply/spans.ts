/** Follows what must not be cut within a line of markdown: links, addresses, code, and text between paired marks. */

import { BACKTICK, isBlank, NEWLINE, PIPE } from './units.ts';

export interface SpanTracker {
  /** The text's next unit. */
  push(unit: number): void;
  /** Where the span began that is not over yet, or that may be one. */
  readonly start: number | undefined;
}

const ADDRESSES = ['https://', 'http://'];
const STAR = 0x2a;
const TILDE = 0x7e;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_PARENTHESIS = 0x28;
const CLOSING_PARENTHESIS = 0x29;
const LESS = 0x3c;
const GREATER = 0x3e;
const QUOTE = 0x22;
const SMALL_H = 0x68;

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
  let mark = 0;
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

  function pushOutside(unit: number): void {
    if (unit === BACKTICK || unit === STAR || unit === PIPE || unit === TILDE) {
      begin('marks', at);
      mark = unit;
      marks = 1;
    } else if (unit === OPENING_BRACKET) begin('label', at);
    else if (unit === SMALL_H && wordBegins) {
      begin('scheme', at);
      word = 'h';
    } else phase = 'none';
  }

  function pushInside(unit: number): void {
    switch (phase) {
      case 'none':
        pushOutside(unit);
        return;
      case 'marks':
        if (unit === mark) marks++;
        // One alone is no span, unless it is a backtick.
        else if (mark === BACKTICK || (marks > 1 && !isBlank(unit)))
          phase = mark === BACKTICK ? 'code' : 'paired';
        else pushOutside(unit);
        return;
      case 'code':
      case 'paired':
        if (unit === mark) closing++;
        else if (closing === marks) pushOutside(unit);
        else closing = 0;
        return;
      case 'label':
        if (unit === OPENING_BRACKET) depth++;
        else if (unit === CLOSING_BRACKET && depth-- === 0) phase = 'labelled';
        return;
      case 'labelled':
        if (unit === OPENING_PARENTHESIS) begin('target', start);
        else pushOutside(unit);
        return;
      case 'target':
        if (unit === OPENING_PARENTHESIS) depth++;
        else if (unit === CLOSING_PARENTHESIS && depth-- === 0) phase = 'none';
        return;
      case 'scheme':
        word += String.fromCharCode(unit);
        if (ADDRESSES.includes(word)) phase = 'address';
        else if (!ADDRESSES.some((address) => address.startsWith(word))) pushOutside(unit);
        return;
      case 'address':
        if (isBlank(unit) || unit === LESS || unit === GREATER || unit === QUOTE) phase = 'none';
        return;
    }
  }

  return {
    push(unit) {
      if (unit === NEWLINE || at - start > maxLength) phase = 'none';
      if (escaped || unit === NEWLINE) escaped = false;
      else if (unit === BACKSLASH && phase !== 'code') escaped = true;
      else pushInside(unit);
      wordBegins = isBlank(unit) || unit === OPENING_PARENTHESIS || unit === LESS;
      at++;
    },
    get start() {
      return phase === 'none' ? undefined : start;
    },
  };
}
