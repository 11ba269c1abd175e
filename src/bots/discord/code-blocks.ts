/** Code blocks as Discord reads them: three backticks, one word for the language, no such marks within, and never empty. */

const OPENING = /^([ \t]*)(`{3,}|~{3,})[ \t]*(.*)$/;
/** Of an info string Discord understands the language alone, in these characters. */
const LANGUAGE = /^[\w+.#-]+$/;

export interface CodeBlock {
  readonly indent: string;
  readonly info: string;
  readonly lines: string[];
  /** Whether the line closes it. */
  endsWith(line: string): boolean;
}

/** What the line opens, if it opens one. */
export function beginCodeBlock(line: string): CodeBlock | undefined {
  const [, indent = '', marks = '', info = ''] = OPENING.exec(line) ?? [];
  if (marks === '' || (marks.startsWith('`') && info.includes('`'))) return undefined;
  const closing = new RegExp(`^[ \\t]*${marks.charAt(0)}{${marks.length},}[ \\t]*$`);
  return { indent, info: info.trim(), lines: [], endsWith: (next) => closing.test(next) };
}

/** Its lines for Discord; none where there is nothing in it yet, since Discord would show the marks, or the language as code. */
export function codeBlock({ indent, info, lines }: CodeBlock): readonly string[] {
  const language = info.split(/\s/, 1)[0] ?? '';
  if (lines.every((line) => line.trim() === '') && LANGUAGE.test(language || '-')) return [];
  const code = lines.map((line) => line.replaceAll(/`{3,}/g, (marks) => [...marks].join(ZERO_WIDTH_SPACE)));
  return [`${indent}\`\`\`${LANGUAGE.test(language) ? language : ''}`, ...code, `${indent}\`\`\``];
}

/** Keeps marks within code apart, unseen. */
const ZERO_WIDTH_SPACE = '\u200b';
