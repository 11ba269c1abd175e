/** Formulas that people can read, and everything else as it was. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certainOfFormulas, readableFormulas } from '../../../src/core/reply/formulas.ts';

describe('formulas', () => {
  it('become code, whichever marks the model uses', () => {
    expect(readableFormulas('Let \\(a_1 * b_1\\) and $x^2$ be.')).toBe('Let `a_1 * b_1` and `x^2` be.');
    expect(readableFormulas('So \\[ E = mc^2 \\] and $$\\frac{a}{b}$$.')).toBe(
      'So `E = mc^2` and `\\frac{a}{b}`.',
    );
    expect(readableFormulas('\\[\na &= b \\\\\nc &= d\n\\]')).toBe('```\na &= b \\\\\nc &= d\n```');
    expect(readableFormulas('With $n$ items, $f(x) > 0$, $(a, b)$ and $O(n)$.')).toBe(
      'With `n` items, `f(x) > 0`, `(a, b)` and `O(n)`.',
    );
  });

  it('of several lines are blocks of their own, with no more empty lines around them than there were', () => {
    expect(readableFormulas('So\n\n\\[\na\nb\n\\]\n\nand')).toBe('So\n\n```\na\nb\n```\n\nand');
    expect(readableFormulas('So \\[\na\nb\n\\] and')).toBe('So \n```\na\nb\n```\n and');
    expect(readableFormulas('1. So\n   $$\n   a\n   b\n   $$\n2. And')).toBe(
      '1. So\n   ```\n   a\n   b\n   ```\n2. And',
    );
  });

  it('are told from money, paths and code', () => {
    for (const text of [
      'It costs $5 and $10, or US$3.',
      'Set $HOME and $PATH, or $A and $B, or $A:$B.',
      'Between $5 and $6 (or 5$).',
      'Use `\\(x\\)` for it.',
      '```\n\\(x_1\\)\n$$y$$\n```',
      '~~~\n$x^2$\n~~~\nand on',
      '```\n\\(x_1\\) still open',
      'A half \\(formula and $x^2',
      '> $$\n> a\n> b\n> $$',
    ])
      expect(readableFormulas(text)).toBe(text);
    expect(readableFormulas('```\n$x^2$\n```\n$y^2$')).toBe('```\n$x^2$\n```\n`y^2`');
  });

  it('stay as they are when it is done twice', () => {
    const piece = fc.oneof(
      fc.lorem({ maxCount: 3 }),
      fc.constantFrom('\\(', '\\)', '\\[', '\\]', '$', '$$', '`', '```', '\n', 'x_1', '^2', ' '),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const once = readableFormulas(pieces.join(''));
        return readableFormulas(once) === once;
      }),
    );
  });

  it('can be shown bit by bit with nothing taken back, and hold nothing up for long', () => {
    const shown = (text: string) => readableFormulas(certainOfFormulas(text));
    expect(shown('The sum \\(a_1')).toBe('The sum ');
    expect(shown('The sum \\(a_1\\) is')).toBe('The sum `a_1` is');
    expect(shown('It costs $5\nand')).toBe('It costs $5\nand');
    expect(shown(`It costs $5${' and more'.repeat(30)}`)).toContain('$5 and more');
    expect(shown('A stray ` here.\n\nAnd on')).toBe('A stray ` here.\n\nAnd on');
    const piece = fc.constantFrom(
      '\\(',
      '\\)',
      '\\[',
      '\\]',
      '\\',
      '$',
      '$$',
      '`',
      '```',
      '\n',
      '\n\n',
      'x_1',
      ' ',
      'w ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        let text = '';
        let before = '';
        for (const next of pieces) {
          text += next;
          // A line of marks may still become a fence, which whoever streams keeps back.
          if (/(?:^|\n) *`+[^\n]*$/.test(text)) continue;
          const now = shown(text);
          expect(now.startsWith(before), JSON.stringify([before, now])).toBe(true);
          before = now;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
