/** The answers that the benchmarks stream: markdown as models write it, in the lengths that answers have. */

export const TOKENS_PER_SECOND = 60;
export const TOKEN_LENGTH = 4;
const SHORTEST = 300;
const LONGEST = 20_000;

const BLOCKS = [
  'Models write *paragraphs* of several sentences. They explain things, they **stress some of them**, and they go on for a while before they come to the point. Then they come to it, and say it again.',
  '## What to look at\n\n- the first item, which is short;\n- the second one, with `code` in it and [a link](https://example.org/manual/chapter-two);\n- the third.',
  "```ts\nconst answer = await ask({ prompt: 'What is it?' });\nfor (const line of answer.split('\\n')) {\n  console.log(line.trim());\n}\n```",
  'A sentence that stands alone.',
  '| name | seconds | cost |\n|------|---------|------|\n| llama | 3.2 | $0.0023 |\n| sdxl | 7.9 | $0.0057 |\n| whisper | 12.4 | $0.0028 |',
  '1. Do this first, and look at what it says.\n2. Then do that:\n   - once for the one,\n   - and once for the other.\n3. You are done.',
] as const;

/** Markdown of exactly this many characters. */
export function answerOf(characters: number): string {
  let text = '';
  for (let block = 0; text.length < characters; block++) text += `${BLOCKS[block % BLOCKS.length]}\n\n`;
  // No blank at the end: what is shown is without it.
  return `${text.slice(0, characters - 1).replace(/\s$/, '.')}.`;
}

/**
 * Lengths from 300 to 20,000 characters where one twice as long is half as frequent, so that each doubling holds as many
 * tokens as the next. Their mean is about 1,300 characters, 320 tokens: most answers are short. In a mixed order that is
 * always the same.
 */
export function usualLengths(count: number): number[] {
  const stride = [7, 11, 13, 17].find((step) => count % step !== 0) ?? 1;
  return Array.from({ length: count }, (_, index) => {
    const share = (((index * stride) % count) + 0.5) / count;
    return Math.round(1 / (1 / SHORTEST - share * (1 / SHORTEST - 1 / LONGEST)));
  });
}
