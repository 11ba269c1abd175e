/** Leaves LaTeX readable where a platform's markdown would take its backslashes, underscores and stars for its own. */

/** Code as it stands: a fenced block, closed or not; a span. */
const FENCED =
  /(?<=^|\n)[ \t]*(?<fence>`{3,}|~{3,})[^\n]*(?:\n(?:[\s\S]*?\n)??[ \t]*\k<fence>[`~]*[ \t]*(?=\n|$)|[\s\S]*$)/;
const SPAN = /(?<!`)(?<ticks>`+)(?!`)[\s\S]*?[^`]\k<ticks>(?!`)/;
/** What models put around formulas; money has one dollar sign as well, but nothing of a formula behind it. */
const FORMULA =
  /\$\$([^$`]+)\$\$|\\\[([^`]+?)\\\]|\\\(([^`\n]+?)\\\)|(?<![\\$\w])\$(?=\S)([^`$\n]*[\\^_{}=][^`$\n]*?)(?<=\S)\$(?![$\w])/;

const PATTERN = new RegExp(`${FENCED.source}|${SPAN.source}|${FORMULA.source}`, 'g');

/**
 * Formulas become code, which every platform shows as it stands: in the line, or a block of their own if they have several
 * lines. For text of a page: takes time in proportion to its length. Twice is the same as once.
 */
export function readableFormulas(text: string): string {
  return text.replaceAll(PATTERN, (whole, ...found: (string | undefined)[]) => {
    const [, , dollars, brackets, parentheses, dollar] = found;
    const formula = (dollars ?? brackets ?? parentheses ?? dollar)?.trim();
    if (!formula) return whole;
    return formula.includes('\n') ? `\n\`\`\`\n${formula}\n\`\`\`\n` : `\`${formula}\``;
  });
}
