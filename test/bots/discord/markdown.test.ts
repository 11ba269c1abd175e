/** Model markdown as Discord shows it. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDiscordMarkdown } from '../../../src/bots/discord/markdown.ts';

const room = 10_000;

describe('markdown for Discord', () => {
  it.each([
    ['the sum \\(a_1 + b_1\\) of it', 'the sum `a_1 + b_1` of it'],
    ['\\[ e^{i\\pi} = -1 \\]', '`e^{i\\pi} = -1`'],
    ['so $$x^2$$ and $y_0$', 'so `x^2` and `y_0`'],
    ['\\[\na^2\n+ b^2\n\\]', '\n```\na^2\n+ b^2\n```\n'],
    ['it costs $5, or $6 a piece', 'it costs $5, or $6 a piece'],
    ['in `\\(code\\)` and ``$a_1$``', 'in `\\(code\\)` and ``$a_1$``'],
    ['nothing in \\[ \\]', 'nothing in \\[ \\]'],
    ['unfinished \\[ x + ', 'unfinished \\[ x + '],
    ['#### Small\n##### Smaller\n# Big', '**Small**\n**Smaller**\n# Big'],
    ['![a cat](https://a.test/c.png)', '[a cat](https://a.test/c.png)'],
    [
      'Look:\n| a | b |\n|---|---|\n| 1 | 2 |\nDone',
      'Look:\n```\n| a   | b   |\n| --- | --- |\n| 1   | 2   |\n```\nDone',
    ],
    [
      '| name | s |\n|--|:-:|\n| **日本** | `1` |\n| x \\| y |\n| 👩‍👩‍👧‍👦 | 22',
      '```\n| name   | s   |\n| ------ | --- |\n| 日本   | `1` |\n| x \\| y |\n| 👩‍👩‍👧‍👦     | 22  |\n```',
    ],
    [
      `| a | b |\n|---|---|\n| 1 | ${'wide '.repeat(20)}|`,
      `\`\`\`\n| a | b |\n|---|---|\n| 1 | ${'wide '.repeat(20)}|\n\`\`\``,
    ],
    ['||covered||\n||covered too||', '||covered||\n||covered too||'],
    ['| just one row |', '| just one row |'],
    [
      '```python\nx = "\\(a\\)"\n| a |\n| b |\n```\n\\(b_1\\)',
      '```python\nx = "\\(a\\)"\n| a |\n| b |\n```\n`b_1`',
    ],
  ])('of %j', (source, shown) => {
    expect(toDiscordMarkdown(source, room)).toBe(shown);
  });

  it('keeps a table in its code block while its rows are written', () => {
    const table = '| name | seconds |\n|------|---------|\n| llama | 3.2 |\n| sdxl | 7.9 |';
    for (let end = table.indexOf('\n') + 2; end <= table.length; end++) {
      expect(toDiscordMarkdown(table.slice(0, end).trimEnd(), room)).toMatch(
        /^```\n\| name +\|[^`]*\|\n```$/,
      );
    }
  });

  it('never becomes longer than there is room', () => {
    const text = '\\[\na\nb\n\\]'.repeat(200);
    expect(toDiscordMarkdown(text, 3000)).toMatch(/^\n```\na\nb\n```/);
    expect(toDiscordMarkdown(text, text.length)).toBe(text);
  });

  it('keeps every word', () => {
    const piece = fc.constantFrom(
      'w',
      ' ',
      '\n',
      '$',
      '$$',
      '\\(',
      '\\)',
      '\\[',
      '\\]',
      '`',
      '```',
      '|',
      '#### ',
      '~~~',
      '_',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        let word = 0;
        const text = pieces.map((each) => (each === 'w' ? `w${word++}` : each)).join('');
        const shown = toDiscordMarkdown(text, room);
        expect(shown.match(/w\d+/g)).toEqual(text.match(/w\d+/g));
      }),
    );
  });
});
