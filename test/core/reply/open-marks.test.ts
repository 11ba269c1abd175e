/** What the end of a growing text looks like until more of it is there. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutOpenMarks } from '../../../src/core/reply/open-marks.ts';

describe('the end of a text that goes on', () => {
  it.each([
    ['some **bold wor', 'some **bold wor**'],
    ['some **bold*', 'some **bold**'],
    ['some **bold**', 'some **bold**'],
    ['some **', 'some'],
    ['some *it* and **b *i', 'some *it* and **b *i***'],
    ['***both', '***both***'],
    ['~~gone~', '~~gone~~'],
    ['run `npm i', 'run `npm i`'],
    ['run `', 'run'],
    ['run ``a ` b', 'run ``a ` b``'],
    ['**run `x', '**run `x`**'],
    ['see [the docs](https://exa', 'see the docs'],
    ['see **[the docs](https://exa', 'see **the docs**'],
    ['see ![a cat](', 'see a cat'],
    ['see [the docs](https://example.org/a_(b))', 'see [the docs](https://example.org/a_(b))'],
    ['see [1] and [the', 'see [1] and [the'],
    ['the sum \\(a_1 * b', 'the sum \\(a_1 * b\\)'],
    ['the **sum \\(a_1\\', 'the **sum \\(a_1\\)**'],
    ['the sum \\(', 'the sum'],
    ['\\(a * b\\) and $$x *y$$, **so', '\\(a * b\\) and $$x *y$$, **so**'],
    ['Hence\n\n\\[\nx = *y', 'Hence\n\n\\[\nx = *y\\]'],
    ['Hence\n\n$$\nx = y\n$', 'Hence\n\n$$\nx = y\n$$'],
    ['```py\nx = 1\n``\n```', '```py\nx = 1\n```'],
    ['- a\n\n  ```py\n  x = 1\n  \n  ```', '- a\n\n  ```py\n  x = 1\n  ```'],
    ['```py\nx = 1\n``', '```py\nx = 1'],
    ['Steps:\n-', 'Steps:'],
    ['Steps:\n- **', 'Steps:'],
    ['Steps:\n- one\n  1.', 'Steps:\n- one'],
    ['Text\n==', 'Text'],
    ['Text\n\n##', 'Text'],
    ['Text\n\n> **quo', 'Text\n\n> **quo**'],
    ['Text\n\n| a | b', 'Text'],
    ['Text\n\n| a | b |\n|---|--', 'Text'],
    ['| a | b |\n|---|---|\n| 1 | **t', '| a | b |\n|---|---|\n| 1 | **t**'],
    ['||a secret', '||a secret'],
    ['-# ||a **thought||', '-# ||a **thought||'],
  ])('of %j', (text, shown) => {
    expect(withoutOpenMarks(text)).toBe(shown);
  });

  it.each([
    '2*3*4 is 24, and 2**3',
    '42',
    '42.',
    'a * b',
    '* item\n* item',
    'snake_case and __init__',
    '\\*no',
    'https://example.org/*a*b and on',
    '```py\nx = "**',
    '```py\n-',
    '```\na\n```',
    '- a\n\n  ```js\n  `x',
    '**open in the block before\n\nAnd on',
    'one `two` three `` four ` `` five',
  ])('leaves %j as it is', (text) => {
    expect(withoutOpenMarks(text)).toBe(text);
  });

  const piece = fc.constantFrom(
    ...['w ', 'w', ' ', '\n', '\n\n', '*', '**', '`', '```', '~~', '[w](', ')', '[', '|', '|-', '- ', '# '],
    ...['1', '. ', '$', '\\(', '> ', '-', '=', '\\', 'https://w'],
  );

  it('takes time in proportion to the length of the text', () => {
    for (const piece of ['* ', '[a](', '**a ', '\\( ', '`', ' ', '~~ ', '\\\\*'])
      expect(withoutOpenMarks(`Some${piece.repeat(50_000)}`)).toMatch(/^Some/);
  }, 10_000);

  it('takes marks alone away, and never all that was on show', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        let text = '';
        let shown = '';
        for (const next of pieces) {
          text += next;
          const now = withoutOpenMarks(text);
          if (shown !== '') expect(now, JSON.stringify(text)).not.toBe('');
          shown = now;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
