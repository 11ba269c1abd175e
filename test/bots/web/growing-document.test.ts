/** Rendering a growing text piece by piece gives what rendering it whole gives, and costs what was added. */

import { expect, it } from 'vitest';
import { createGrowingDocument } from '../../../src/bots/web/growing-document.ts';
import { createMarkdownRenderer, type MarkdownRenderer } from '../../../src/bots/web/markdown.ts';

const DOCUMENT = [
  '# Title',
  'A paragraph\nof two lines.',
  '- one\n- two\n\n  more of two\n- three',
  '```js\nconst a = 1;\n\n# not a title\n```',
  '| a | b |\n|---|--:|\n| 1 | 2 |',
  'Title\n=====',
  '> quoted\n> more\n\n> another',
  '    indented\n\n    code',
  '1. a\n\n2. b\n   ```\n   x\n   ```',
  'The end **bold** and [link](https://a.example).',
].join('\n\n');

it.each([['\n'], ['\r\n']])('shows the same for a text that grew character by character (%j)', (newline) => {
  const text = DOCUMENT.replaceAll('\n', newline);
  const renderer = createMarkdownRenderer();
  const growing = createGrowingDocument(renderer);
  for (let length = 1; length <= text.length; length++) {
    const part = text.slice(0, length);
    expect(growing.render(part)).toEqual(renderer.render(part).blocks);
  }
});

it('shows formulas as they were written, however they grow', () => {
  const growing = createGrowingDocument(createMarkdownRenderer());
  const text = 'The sum \\(a_1 * b_1 * c\\) of it.\n\n\\[\nx^2\n\\]\n\nIt costs $5.\n\nThe end.';
  let shown = '';
  for (let length = 1; length <= text.length; length++)
    shown = growing.render(text.slice(0, length)).join('');
  expect(shown).toBe(
    '<p>The sum <code>a_1 * b_1 * c</code> of it.</p>\n<p><code>x^2</code></p>\n<p>It costs $5.</p>\n<p>The end.</p>\n',
  );
});

it('closes what is open while more is to come, and shows the text as it is at the end', () => {
  const growing = createGrowingDocument(createMarkdownRenderer());
  expect(growing.render('Some **bold', true)).toEqual(['<p>Some <strong>bold</strong></p>\n']);
  expect(growing.render('Some **bold** text:\n-', true)).toEqual([
    '<p>Some <strong>bold</strong> text:</p>\n',
  ]);
  expect(growing.render('Some **bold** text:\n- a **', false).join('')).toContain('<li>a **</li>');
});

it('shows the same at the end whether it grew or not', () => {
  const renderer = createMarkdownRenderer();
  const growing = createGrowingDocument(renderer);
  for (let length = 1; length < DOCUMENT.length; length++) growing.render(DOCUMENT.slice(0, length), true);
  expect(growing.render(DOCUMENT)).toEqual(renderer.render(DOCUMENT).blocks);
});

it('ends a line where the text does', () => {
  const { blocks } = createMarkdownRenderer().render('`0:00` One.\n`0:05` Two.');
  expect(blocks).toEqual(['<p><code>0:00</code> One.<br>\n<code>0:05</code> Two.</p>\n']);
});

it('ends a line at the tag that models write in tables, and shows tasks with their boxes', () => {
  const render = (text: string) => createMarkdownRenderer().render(text).blocks.join('');
  expect(render('| a |\n|---|\n| one<br>two<BR/> |')).toContain('<td>one<br>\ntwo<br>\n</td>');
  expect(render('`<br>` and <b>')).toBe('<p><code>&lt;br&gt;</code> and &lt;b&gt;</p>\n');
  expect(render('- [ ] open\n- [x] **done**\n- [a](https://a.example)')).toContain(
    '<li>☐ open</li>\n<li>☑ <strong>done</strong></li>\n<li><a ',
  );
  expect(render('[ ] not a task')).toBe('<p>[ ] not a task</p>\n');
});

it('starts anew when the text turns out to be another one', () => {
  const growing = createGrowingDocument(createMarkdownRenderer());
  growing.render('one\n\ntwo\n\nthree\n\nfour');
  expect(growing.render('another')).toEqual(['<p>another</p>\n']);
});

it('parses only the end of a long text', () => {
  const renderer = createMarkdownRenderer();
  let parsed = 0;
  const counting: MarkdownRenderer = {
    render(text) {
      parsed += text.length;
      return renderer.render(text);
    },
  };
  const growing = createGrowingDocument(counting);
  let text = '';
  for (let paragraph = 0; paragraph < 500; paragraph++) {
    text += `Paragraph ${paragraph}\n\n`;
    growing.render(text);
  }
  expect(parsed).toBeLessThan(text.length * 5);
});
