/** What the splitter promises of its pages, for any markdown and any pieces it comes in. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSplitter, type Page } from '../../../src/core/reply/splitter.ts';
import { fencesBalanced } from './fence-balance.ts';

const LIMIT = 120;
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

  it('cuts between paragraphs rather than lines, lines rather than sentences, sentences rather than words', () => {
    const a = 'a'.repeat(70);
    const b = 'b'.repeat(80);
    expect(texts(split(`${a}\n\nline\n${b}`))).toEqual([a, `line\n${b}`]);
    expect(texts(split(`${a}\nOne. ${b}`))).toEqual([a, `One. ${b}`]);
    expect(texts(split(`${a}. two ${b}`))).toEqual([`${a}.`, `two ${b}`]);
    expect(texts(split(`${a} ${b}`))).toEqual([a, b]);
    expect(texts(split('x'.repeat(130)))[0]?.length).toBeGreaterThan(115);
  });

  it('closes an open code block at the end of a page and reopens it with its language on the next', () => {
    const code = Array.from({ length: 12 }, (_, line) => `const value${line} = ${line};`).join('\n');
    const pages = texts(split(`\`\`\`ts\n${code}\n\`\`\`\nDone.`));
    expect(pages.length).toBeGreaterThan(2);
    expect(pages[0]).toMatch(/^```ts\nconst value0[\s\S]*;\n```$/);
    expect(pages[1]).toMatch(/^```ts\nconst value\d+[\s\S]*;\n```$/);
    expect(pages.at(-1)).toMatch(/```\nDone\.$/);
  });

  it('moves a short code block to the next page rather than cutting it', () => {
    const code = '```js\none();\ntwo();\nthree();\nfour();\n```';
    expect(texts(split(`${'a'.repeat(80)}\n\n${code}\nend`))).toEqual(['a'.repeat(80), `${code}\nend`]);
  });

  it('leaves no empty code block where the code ended with the page', () => {
    const line = `${'x'.repeat(25)}\n`;
    for (let lines = 1; lines < 14; lines++) {
      for (const page of split(`\`\`\`\n${line.repeat(lines)}\`\`\`\nand ${'more words '.repeat(9)}`))
        expect(page.text).not.toMatch(/^```\n```/);
    }
  });

  it('does not separate the head of a table from its rows', () => {
    const table = '| name | age |\n|------|-----|\n| Ada | 36 |\n| Bob | 41 |\n| Cyd | 27 |';
    const pages = texts(split(`${'a'.repeat(78)}\n${table}`));
    expect(pages).toEqual(['a'.repeat(78), table]);
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
