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
    ['\\[\na^2\n+ b^2\n\\]', '```\na^2\n+ b^2\n```'],
    ['it costs $5, or $6 a piece', 'it costs $5, or $6 a piece'],
    ['in `\\(code\\)` and ``$a_1$``', 'in `\\(code\\)` and ``$a_1$``'],
    ['nothing in \\[ \\]', 'nothing in \\[ \\]'],
    ['unfinished \\[ x + ', 'unfinished \\[ x + '],
    ['#### Small\n##### Smaller\n# Big', '**Small**\n**Smaller**\n# Big'],
    ['#### **Bold** title\n##### 2 ** 3', '**Bold title**\n**2 ** 3**'],
    ['![a cat](https://a.test/c.png)', '[a cat](https://a.test/c.png)'],
    [
      'Look:\n| a | b |\n|---|---|\n| 1 | 2 |\nDone',
      'Look:\n```\n| a   | b   |\n| --- | --- |\n| 1   | 2   |\n```\nDone',
    ],
    [
      '| name | s |\n|--|:-:|\n| **日本** | `1` |\n| x \\| y |\n| 👩‍👩‍👧‍👦 | 22',
      '```\n| name  | s   |\n| ----- | --- |\n| 日本  | 1   |\n| x | y |\n| 👩‍👩‍👧‍👦    | 22  |\n```',
    ],
    [
      `Look:\n| a | **b** | c |\n|---|---|---|\n| one | ${'wide '.repeat(20)}| [x](https://a.test)|\n| two<br>2 | | z`,
      `Look:\n**a · b · c**\n- **one** · ${'wide '.repeat(20)}· [x](https://a.test)\n- **two / 2** · z`,
    ],
    [
      '| a |\n|---|\n| [x](https://a.test/) |',
      '```\n| a                   |\n| ------------------- |\n| x (https://a.test/) |\n```',
    ],
    ['||covered||\n||covered too||', '||covered||\n||covered too||'],
    ['| just one row |', '| just one row |'],
    [
      '```python\nx = "\\(a\\)"\n| a |\n| b |\n```\n\\(b_1\\)',
      '```python\nx = "\\(a\\)"\n| a |\n| b |\n```\n`b_1`',
    ],
    ['~~~python title="a"\nprint(1)\n~~~', '```python\nprint(1)\n```'],
    ['``` js\nlet a;\n```', '```js\nlet a;\n```'],
    ['````md\n```js\nx\n```\n````\nafter', '```md\n`\u200b`\u200b`js\nx\n`\u200b`\u200b`\n```\nafter'],
    ['1. Run:\n\n    ~~~sh\n    ls | wc\n    ~~~', '1. Run:\n\n    ```sh\n    ls | wc\n    ```'],
    ['Look:\n\n```py\n\n```', 'Look:\n'],
    ['```\n```', '…'],
    ['Above\n\n---\n\nbelow\n***', `Above\n\n${'─'.repeat(24)}\n\nbelow\n${'─'.repeat(24)}`],
    ['A heading\n---', 'A heading\n---'],
    ['> one\n>\n>two\n>> three', '> one\n> \n> two\n> three'],
    ['In Python:\n>>> print(1)\n1', 'In Python:\n> print(1)\n1'],
    ['- [ ] open\n  - [x] done\n- [a](https://a.test)', '- ☐ open\n  - ☑ done\n- [a](https://a.test)'],
    ['one<br>two<BR />\nthree, `<br>`', 'one\ntwo\nthree, `<br>`'],
    [
      '| a | b |\n|---|---|\n| x<br>y | `p \\| q` |',
      '```\n| a     | b     |\n| ----- | ----- |\n| x / y | p | q |\n```',
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
    expect(toDiscordMarkdown(text, 3000)).toMatch(/^```\na\nb\n```/);
    expect(toDiscordMarkdown(text, text.length)).toBe(text);
  });

  it('takes time in proportion to the length of the text', () => {
    for (const piece of [' ', '<br ', '| a\n', '[', '- '])
      expect(toDiscordMarkdown(`${piece.repeat(30_000)}x`, 1_000_000)).toContain('x');
  }, 10_000);

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
        // Of a line that may open a code block the language is enough.
        const plain = text.replaceAll(/^[ \t]*(?:`{3}|~{3}).*$/gm, '');
        const shown: readonly string[] = toDiscordMarkdown(text, room).match(/w\d+/g) ?? [];
        const words: readonly string[] = plain.match(/w\d+/g) ?? [];
        expect(shown.filter((each) => words.includes(each))).toEqual(words);
      }),
    );
  });
});
