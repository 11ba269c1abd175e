/** What the splitter promises of its pages, for any markdown and any pieces it comes in. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSplitter, type Page } from '../../../src/core/reply/splitter.ts';
import { fencesBalanced } from './fence-balance.ts';

const LIMIT = 120;
const PAGE = 400;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function split(text: string, limit = LIMIT): readonly Page[] {
  const splitter = createSplitter({ limit });
  splitter.append(text);
  return splitter.pages();
}

const texts = (pages: readonly Page[]) => pages.map((page) => page.text);

/** Markdown as models write it, and worse. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.lorem({ maxCount: 12 }).map((words) => `${words} `) },
  { weight: 3, arbitrary: fc.constantFrom('\n', '\n\n', '\r\n', '  ', '\t', '\n\n\n', ' - ', '. ') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '\n```js\n',
      '\n```\n',
      '\n~~~~ python title="a"\n',
      '\n~~~~\n',
      '\n   ````c++\n',
      '\n````\n',
      '```',
      '~~',
      '`code`',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '👩‍👩‍👧‍👦',
      '🇩🇪🇫🇷',
      'e\u0301\u0302',
      'नमस्ते क्षत्रिय',
      'שלום עולם ',
      '\u0600ab',
      '👍🏽',
      '한국어',
      '\u0301',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('\n| a | b |\n|---|---|\n| 1 | 2 |\n', '\n- item\n  - nested\n', '\n1. one\n'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', '漢', '字', '。'), maxLength: 200, size: 'max' }),
  },
);
const markdown = fc.array(piece, { maxLength: 60, size: 'max' }).map((pieces) => pieces.join(''));

/** Without the lines of marks at the end, which may be there only while a fence is open or a line not complete. */
const withoutMarks = (text: string) => text.replace(/(?:(?:^|\n) *(?:`+|~+)[ \t]*)+$/, '').trimEnd();

/** Text that could be cut almost anywhere. */
const growing = fc
  .array(
    fc.oneof(
      piece,
      fc.constantFrom(
        '[a link](https://example.org/path) ',
        ' https://example.org/a?b=c ',
        '**bold words** ',
        '`some code` ',
        '\n\n- item\n    - nested\n',
        '\n| a | b |\n|---|---|\n| one | two |\n| three | four |\n| five | six |\n',
      ),
    ),
    { maxLength: 120, size: 'max' },
  )
  .map((pieces) => pieces.join(''));

describe('the splitter', () => {
  it('keeps every character: the sources in a row are the input', () => {
    fc.assert(
      fc.property(
        markdown,
        (text) =>
          split(text)
            .map((page) => page.source)
            .join('') === text,
      ),
    );
  });

  it('never makes a page longer than the limit', () => {
    fc.assert(fc.property(markdown, (text) => split(text).every((page) => page.text.length <= LIMIT)));
  });

  it('balances the code fences of every page', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        for (const page of split(text)) expect(fencesBalanced(page.text), page.text).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('never splits a grapheme', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const boundaries = new Set(Array.from(segmenter.segment(text), (segment) => segment.index));
        let at = 0;
        for (const page of split(text).slice(0, -1)) {
          at += page.source.length;
          expect(boundaries.has(at), `cut at ${at}`).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('makes the same pages whatever pieces the text came in, and never changes a page but the last', () => {
    fc.assert(
      fc.property(markdown, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (text, sizes) => {
        const splitter = createSplitter({ limit: LIMIT });
        let frozen: readonly Page[] = [];
        for (let at = 0, turn = 0; at < text.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          splitter.append(text.slice(at, at + size));
          at += size;
          const pages = splitter.pages();
          expect(pages.slice(0, frozen.length)).toEqual(frozen);
          for (const page of pages) {
            expect(page.text.length).toBeLessThanOrEqual(LIMIT);
            expect(fencesBalanced(page.text), page.text).toBe(true);
          }
          frozen = pages.slice(0, -1);
        }
        expect(splitter.pages()).toEqual(split(text));
      }),
    );
  });

  it('leaves a fence closed while half a character has come after it', () => {
    const splitter = createSplitter({ limit: LIMIT });
    splitter.append('\n```js\n```\uD83D');
    expect(texts(splitter.pages())).toEqual(['```js\n```']);
    splitter.append('\uDC69');
    expect(texts(splitter.pages())).toEqual(['```js\n```👩\n```']);
  });

  it('shows all words in order, fence lines and blanks aside', () => {
    const visible = (text: string) => text.replace(/^ {0,3}(```|~~~).*$/gm, '').replace(/\s+/g, '');
    const prose = fc
      .array(fc.oneof(fc.lorem({ maxCount: 20 }), fc.constantFrom('\n\n', '\n', '\n```js\n', '\n```\n')), {
        maxLength: 50,
        size: 'max',
      })
      .map((pieces) => pieces.join(''));
    fc.assert(fc.property(prose, (text) => visible(texts(split(text)).join('\n')) === visible(text)));
  });

  it('ends a page at the first place that is good enough for how full it is', () => {
    const filled = (share: number) => `${'w'.repeat(Math.floor(PAGE * share) - 10)} wwwwwwwww`;
    const more = 'more '.repeat(PAGE / 4).trim();
    const first = (text: string) => texts(split(text, PAGE))[0];
    expect(first(`${filled(0.72)}\n\n# Heading\n${more}`)).toBe(filled(0.72));
    expect(first(`${filled(0.72)}\n\nparagraph ${more}`)).toContain('paragraph');
    expect(first(`${filled(0.84)}\n\nparagraph ${more}`)).toBe(filled(0.84));
    expect(first(`${filled(0.84)}\nline ${more}`)).toContain('line');
    expect(first(`${filled(0.9)}\nline ${more}`)).toBe(filled(0.9));
    expect(first(`${filled(0.9)}. Sentence ${more}`)).toContain('Sentence');
    expect(first(`${filled(0.95)}. Sentence ${more}`)).toBe(`${filled(0.95)}.`);
    expect(first(`${filled(0.95)} word ${more}`)).toContain('word');
    expect(first(`${filled(0.97)} word ${more}`)).toBe(filled(0.97));
    expect(first('x'.repeat(2 * PAGE))?.length).toBeGreaterThan(PAGE - 5);
  });

  it('closes an open code block at the end of a page and reopens it with its language on the next', () => {
    const code = Array.from({ length: 60 }, (_, line) => `const value${line} = ${line};`).join('\n');
    const pages = texts(split(`\`\`\`ts\n${code}\n\`\`\`\nDone.`, PAGE));
    expect(pages.length).toBeGreaterThan(2);
    for (const page of pages.slice(0, -1)) expect(page).toMatch(/^```ts\nconst value\d+[\s\S]*;\n```$/);
    expect(pages.at(-1)).toMatch(/```\nDone\.$/);
  });

  it('begins a code block on the next page rather than cutting it, where the page is well filled', () => {
    const code = '```js\none();\ntwo();\nthree();\nfour();\n```';
    expect(texts(split(`${'a'.repeat(85)}\n\n${code}\nend`))).toEqual(['a'.repeat(85), `${code}\nend`]);
  });

  it('keeps a code block in a list item whole on every page', () => {
    const code = Array.from({ length: 40 }, (_, line) => `    const value${line} = ${line};`).join('\n');
    const pages = texts(split(`1. Run this:\n\n    \`\`\`ts\n${code}\n    \`\`\`\n\n    Then rest.`, PAGE));
    expect(pages.length).toBe(3);
    expect(pages[0]).toMatch(/;\n {4}```$/);
    expect(pages[1]).toMatch(/^```ts\nconst value\d+ = \d+;\n[\s\S]*;\n```$/);
    expect(pages[2]).toMatch(/^```ts\nconst [\s\S]*;\n```\n\nThen rest\.$/);
  });

  it('cuts a line of code between words only where it is too long for a page', () => {
    const line = `print(${Array.from({ length: 150 }, (_, word) => `value${word}`).join(', ')})`;
    const pages = texts(split(`\`\`\`py\nshort()\n${line}\nlast()\n\`\`\``, PAGE));
    for (const page of pages) expect(page).toMatch(/^```py\n[\s\S]*\n```$/);
    const code = pages.map((page) => page.slice('```py\n'.length, -'\n```'.length));
    expect(code.join(' ').replace(/\s+/g, ' ')).toBe(`short() ${line} last()`);
  });

  it('leaves no empty code block where the code ended with the page', () => {
    const line = `${'x'.repeat(25)}\n`;
    for (let lines = 1; lines < 14; lines++) {
      for (const page of split(`\`\`\`\n${line.repeat(lines)}\`\`\`\nand ${'more words '.repeat(9)}`))
        expect(page.text).not.toMatch(/^```\n```/);
    }
  });

  it('does not separate the head of a table from its first row', () => {
    const table = '| name | age |\n|------|-----|\n| Ada | 36 |\n| Bob | 41 |\n| Cyd | 27 |';
    for (const length of [352, 360, 370, 380, 390]) {
      const before = `${'a'.repeat(20)} `.repeat(20).slice(0, length).trim();
      expect(texts(split(`${before}\n${table}`, PAGE))).toEqual([before, table]);
    }
  });

  it('repeats the head of a table above the rows that are on the next page', () => {
    const head = '| name | age |\n|------|-----|';
    const rows = Array.from({ length: 60 }, (_, row) => `| person ${row} | ${row} |`);
    const pages = texts(split([head, ...rows, '', 'Done.'].join('\n'), PAGE));
    expect(pages.length).toBeGreaterThan(2);
    for (const page of pages) expect(page.startsWith(`${head}\n| person`), page).toBe(true);
    const shown = pages.flatMap((page) => page.split('\n').slice(2));
    expect(shown).toEqual([...rows, '', 'Done.']);
  });

  it('brings a nested list to the margin where a page begins with it, so that it is not taken for code', () => {
    const items = Array.from({ length: 30 }, (_, item) => `    - nested item ${item}`);
    const pages = texts(split(['- top', ...items, '- last', '    - below'].join('\n'), PAGE));
    expect(pages.length).toBe(2);
    expect(pages[1]).toMatch(/^- nested item \d+\n- nested/);
    expect(pages[1]).toMatch(/- nested item 29\n- last\n {4}- below$/);
  });

  it('cuts no link, address, code or bold text where it can be avoided', () => {
    const pieces = [
      '[the manual, chapter one](https://example.org/manual/(one)/chapter?x=1)',
      'https://example.org/a/very/long/path/that/goes/on?and=on',
      '`npm install something else`',
      '**words that are important**',
      '||a secret in some words||',
    ];
    for (const piece of pieces) {
      for (let length = 300; length < 400; length += 3) {
        const text = `${'word '.repeat(80).slice(0, length).trim()} ${piece} and so on${' more'.repeat(30)}`;
        expect(texts(split(text, PAGE)).filter((page) => page.includes(piece)).length, text).toBe(1);
      }
    }
  });

  it('never moves to the next page what was on show on a page', () => {
    fc.assert(
      fc.property(growing, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (text, sizes) => {
        const splitter = createSplitter({ limit: PAGE });
        let before: readonly string[] = [];
        for (let at = 0, turn = 0; at < text.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          splitter.append(text.slice(at, at + size));
          at += size;
          const now = texts(splitter.pages(true));
          for (const [index, shown] of before.entries()) {
            expect(now[index]?.startsWith(shown), `${shown}\n=====>\n${now[index]}`).toBe(true);
          }
          before = now.map(withoutMarks);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps back a few words at most, and nothing at the end', () => {
    const text = 'Some words in a *row*, with [links](https://example.org/) and `code` in them. '.repeat(40);
    const splitter = createSplitter({ limit: 1_800 });
    for (let at = 0; at < text.length; at += 4) {
      splitter.append(text.slice(at, at + 4));
      const last = splitter.pages(true).at(-1);
      expect((last?.source.trim().length ?? 0) - (last?.text.length ?? 0)).toBeLessThan(40);
    }
    expect(splitter.pages().at(-1)?.text).toBe(splitter.pages().at(-1)?.source.trim());
  });

  it('counts what a character will take once it is escaped', () => {
    const cost = (unit: number) => (unit === 0x3c ? 4 : 1);
    const splitter = createSplitter({ limit: LIMIT, cost });
    splitter.append('<'.repeat(300));
    const pages = splitter.pages();
    for (const page of pages) expect(page.text.length * 4).toBeLessThanOrEqual(LIMIT);
    expect(pages.map((page) => page.source).join('')).toBe('<'.repeat(300));
  });

  it('gets through what fits on no page: endless graphemes, blanks, marks', () => {
    for (const text of [
      `a${'\u0301'.repeat(1_000)}`,
      '\n'.repeat(1_000),
      '`'.repeat(1_000),
      `~~~ ${'i'.repeat(1_000)}`,
    ]) {
      const pages = split(text);
      expect(pages.map((page) => page.source).join('')).toBe(text);
      for (const page of pages) expect(page.text.length).toBeLessThanOrEqual(LIMIT);
    }
  });

  it('cuts a text without any blanks between graphemes', () => {
    for (const grapheme of ['👩‍👩‍👧‍👦', '🇩🇪', 'e\u0301\u0302', '👍🏽', '漢']) {
      for (const page of split(grapheme.repeat(200)).slice(0, -1)) {
        expect(page.source).toBe(grapheme.repeat(page.source.length / grapheme.length));
        expect(page.text.length).toBeGreaterThan(LIMIT - 2 * grapheme.length - 2);
      }
    }
  });

  it('refuses a limit that could not hold a fence', () => {
    expect(() => createSplitter({ limit: 20 })).toThrow('at least 100');
  });
});
