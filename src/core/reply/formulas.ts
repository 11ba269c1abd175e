/** Leaves LaTeX readable where a platform's markdown would take its backslashes, underscores and stars for its own. */

/** Code as it stands: a fenced block, closed or not; a span. */
const FENCED =
  /(?<=^|\n)[ \t]*(?<fence>`{3,}|~{3,})[^\n]*(?:\n(?:[\s\S]*?\n)??[ \t]*\k<fence>[`~]*[ \t]*(?=\n|$)|[\s\S]*$)/;
/** None of these goes on behind an empty line. */
const SPAN = /(?<!`)(?<ticks>`+)(?!`)(?:(?!\n[ \t]*\n)[\s\S])*?[^`]\k<ticks>(?!`)/;
/** What models put around formulas; money has one dollar sign as well, but nothing of a formula behind it. The last kind has letters
 * and numbers of one sign each, as in $f(x) > 0$. */
const FORMULA =
  /\$\$((?:(?!\n[ \t]*\n)[^$`])+)\$\$|\\\[((?:(?!\n[ \t]*\n)[^`])+?)\\\]|\\\(([^`\n]+?)\\\)|(?<![\\$\w])\$(?=\S)([^`$\n]{0,100}[\\^_{}=][^`$\n]{0,100}?)(?<=\S)\$(?![$\w])|(?<![\\$\w])\$((?:(?![A-Za-z]{2})[A-Za-z0-9+*/<>=()[\],.|!' -]){1,60})(?<![ (])\$(?![$\w])/;

const PATTERN = new RegExp(`${FENCED.source}|${SPAN.source}|${FORMULA.source}`, 'g');

/**
 * Formulas become code, which every platform shows as it stands: in the line, or a block of their own if they have several
 * lines. For text of a page: takes time in proportion to its length. Twice is the same as once.
 */
export function readableFormulas(text: string): string {
  return text.replaceAll(PATTERN, (whole, ...found: (string | undefined)[]) => {
    const [, , dollars, brackets, parentheses, dollar, simple] = found;
    const formula = (dollars ?? brackets ?? parentheses ?? dollar ?? simple)?.trim();
    if (!formula) return whole;
    if (!formula.includes('\n')) return `\`${formula}\``;
    return block(formula, whole, text, Number(found[7]));
  });
}

/** On lines of its own, indented as the list item is that it stands in. As it was in a quotation. */
function block(formula: string, whole: string, text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  // The marks of a quotation stand in each of its lines.
  if (/^[ \t]*>/.test(line)) return whole;
  const indent = line.trim() === '' ? line : '';
  const begin = indent === line ? '' : '\n';
  const behind = text.charAt(at + whole.length);
  const end = behind === '' || behind === '\n' ? '' : '\n';
  return `${begin}\`\`\`\n${indent}${formula}\n${indent}\`\`\`${end}`;
}

/** What may begin a formula or code, and how far back it still can: to the last empty line, or only within its line. */
const OPENING = /`|\$\$|\\\[|\\\(|\\$|\$/g;
const LONGEST_IN_DOLLARS = 203;
const EMPTY_LINES = /^[\s\S]*\n[ \t]*\n/;

/** The beginning of a growing text that reads the same however it goes on, without what may yet become a formula or code. */
export function certainOfFormulas(text: string): string {
  const paragraph = EMPTY_LINES.exec(text)?.[0].length ?? 0;
  let at = 0;
  for (const match of text.matchAll(PATTERN)) {
    const opening = firstOpening(text, Math.max(at, paragraph), match.index);
    if (opening !== undefined) return text.slice(0, opening);
    at = match.index + match[0].length;
    const isFence = match.groups?.fence !== undefined;
    // The next character may make something else of it.
    if (!isFence && at === text.length) return text.slice(0, match.index);
  }
  return text.slice(0, firstOpening(text, Math.max(at, paragraph), text.length) ?? text.length);
}

function firstOpening(text: string, from: number, to: number): number | undefined {
  OPENING.lastIndex = from;
  for (;;) {
    const match = OPENING.exec(text);
    if (!match || match.index >= to) return undefined;
    const inLine = match[0] === '$' || match[0] === '\\(';
    const tooFar = match[0] === '$' && text.length - match.index > LONGEST_IN_DOLLARS;
    if (tooFar || (inLine && text.includes('\n', match.index))) continue;
    return match.index;
  }
}
