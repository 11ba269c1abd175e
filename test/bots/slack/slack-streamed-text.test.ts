/** What is sent to a stream stays: no append ever has to take back what an earlier one said. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_LIMIT } from '../../../src/bots/slack/page-blocks.ts';
import { createStreamedText } from '../../../src/bots/slack/streamed-text.ts';
import { fencesBalanced } from '../../core/reply/fence-balance.ts';

const piece = fc.oneof(
  { weight: 12, arbitrary: fc.lorem({ maxCount: 12 }).map((words) => `${words} `) },
  { weight: 3, arbitrary: fc.constantFrom('\n', '\n\n', '. ', ' ') },
  { weight: 2, arbitrary: fc.constantFrom('\n```python\n', '\n```\n', '``', '`code`', '~~~\n', '```') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('<', '<!channel>', '<@U0BOB>', '<#', '&lt;', 'e\u0301', '👩‍👩‍👧‍👦', '🇩🇪'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '$',
      '$$',
      '$x_1$',
      '\\(a^2\\)',
      '\\[',
      '\\]',
      '\\(',
      '\\',
      '`',
      'x^2',
      '$5',
      '\n',
      '\\[\na\nb\n\\]',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
);
const pieces = fc.array(piece, { minLength: 1, maxLength: 60 });

describe('a streamed text', () => {
  it('only ever grows, page by page, and ends as the whole pages', () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 0, max: 2 * PAGE_LIMIT }), (texts, filler) => {
        const cut = createStreamedText();
        const sent: string[] = [];
        let text = 'filler word '.repeat(Math.floor(filler / 12));
        for (const next of texts) {
          text += next;
          for (const [index, { begun, whole }] of cut(text).entries()) {
            expect(begun.startsWith(sent[index] ?? ''), `page ${index} takes nothing back`).toBe(true);
            expect(whole.startsWith(begun), `page ${index} can be completed`).toBe(true);
            sent[index] = begun;
          }
        }
        for (const { whole } of cut(text)) {
          expect(whole.length).toBeLessThanOrEqual(12_000);
          expect(fencesBalanced(whole)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('shows formulas as people can read them, from the start', () => {
    const cut = createStreamedText();
    const text = 'Energy is \\(E = mc^2\\), the area $$\\int_0^1 x_i dx$$. It costs $5.\n\nDone';
    const begun = Array.from(text, (_, end) => cut(text.slice(0, end))[0]?.begun ?? '');
    expect(begun.at(-1)).toBe('Energy is `E = mc^2`, the area `\\int_0^1 x_i dx`. It costs $5.\n\nDon');
    expect(begun.join('\n')).not.toMatch(/\\\(|\$\$/);
  });

  it('leaves formulas as they are where they would make a page too long for Slack', () => {
    const text = '\\[\na\n\\]\n\n'.repeat(2 * (PAGE_LIMIT / 10));
    const pages = createStreamedText()(text);
    expect(pages.length).toBeGreaterThan(1);
    for (const { whole } of pages) expect(whole.length).toBeLessThanOrEqual(12_000);
  });
});
