/** UTF-16 units as numbers, and where a text may be cut between what a reader sees as one character. */

export const NEWLINE = 0x0a;
export const PIPE = 0x7c;
export const HASH = 0x23;
export const BACKTICK = 0x60;

const SPACE = 0x20;
const TAB = 0x09;
const RETURN = 0x0d;
const TILDE = 0x7e;

/** As far back as a place for a cut in the middle of a word is looked for. */
const LOOK_BACK = 64;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export function isBlank(unit: number): boolean {
  return unit === SPACE || unit === TAB || unit === NEWLINE || unit === RETURN;
}

/** A mark that stood in the middle of a line must not come to stand at the beginning of one and become a fence. */
export function looksLikeFence(unit: number): boolean {
  return unit === BACKTICK || unit === TILDE;
}

/** A text may end in a high surrogate, when the low one is still to come. */
export function withoutHalfCharacter(text: string): string {
  return endsInHalfCharacter(text) ? text.slice(0, -1) : text;
}

export function endsInHalfCharacter(text: string): boolean {
  return isHighSurrogate(text.charCodeAt(text.length - 1));
}

/** A boundary depends on what is before it and on the one character after it, which `text` must hold whole. */
export function isGraphemeBoundary(text: string, cut: number): boolean {
  const from = safeStart(text, cut);
  return graphemes.segment(text.slice(from, cut + 2)).containing(cut - from)?.index === cut - from;
}

/**
 * The last place before `end`, at least 1, where a cut separates neither a grapheme nor marks that could become a fence;
 * it only moves on while the text grows. Where that is too far back it separates code points.
 */
export function lastCut(text: string, end: number): number {
  const floor = Math.max(1, end - LOOK_BACK);
  const from = safeStart(text, floor);
  let best: number | undefined;
  for (const { index } of graphemes.segment(text.slice(from, end + 1))) {
    const cut = from + index;
    if (cut >= end) break;
    if (cut >= floor && !looksLikeFence(text.charCodeAt(cut))) best = cut;
  }
  if (best !== undefined) return best;
  const cut = Math.max(1, end - 1);
  return isLowSurrogate(text.charCodeAt(cut)) && isHighSurrogate(text.charCodeAt(cut - 1)) ? cut - 1 : cut;
}

/**
 * The nearest place before `cut` where segmenting may begin: an ASCII character, since no rule of Unicode's grapheme
 * boundaries looks past one, or the text's beginning.
 */
function safeStart(text: string, cut: number): number {
  let from = cut - 1;
  while (from > 0 && text.charCodeAt(from) > 0x7f) from--;
  return from;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
