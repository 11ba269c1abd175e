/** Very long answers: the start in messages, all of it in a file. */

import { describe, expect, it } from 'vitest';
import { createLongAnswer } from '../../../src/core/reply/long-answer.ts';
import { createSplitter } from '../../../src/core/reply/splitter.ts';

const PAGES = { pageLength: 400, pages: 3 };
const words = (count: number) => Array.from({ length: count }, (_, word) => `word${word}`).join(' ');

describe('a long answer', () => {
  it('is left alone while it fits', () => {
    expect(createLongAnswer(PAGES)(words(100), true)).toEqual({ text: words(100) });
  });

  it('shows its first pages, says how far it is, and ends with all of it in a file', () => {
    const shorten = createLongAnswer(PAGES);
    const whole = words(500);
    let before = '';
    for (let end = 50; end < whole.length; end += 50) {
      const { text, file } = shorten(whole.slice(0, end), false);
      expect(text.startsWith(before)).toBe(true);
      expect(file).toBeUndefined();
      before = text;
    }
    expect(shorten(whole.slice(0, -1), false).notice).toContain('3,888 characters so far');
    const { text, notice, file } = shorten(whole, true);
    expect(whole.startsWith(text)).toBe(true);
    expect(text).toBe(before);
    expect(notice).toContain('file');
    expect(file).toEqual({ from: 'text', name: 'answer.md', text: whole });
  });

  it('takes exactly so many messages, also where it is cut in a code block', () => {
    const code = Array.from({ length: 200 }, (_, line) => `const value${line} = ${line};`).join('\n');
    const { text } = createLongAnswer(PAGES)(`Look:\n\n\`\`\`ts\n${code}\n\`\`\``, true);
    const splitter = createSplitter({ limit: PAGES.pageLength });
    splitter.append(text);
    const pages = splitter.pages().filter((page) => page.text !== '```ts\n\n```' && page.text !== '');
    expect(pages.length).toBe(3);
    expect(pages[2]?.text).toMatch(/^```ts\n[\s\S]*;\n```$/);
  });

  it('starts anew when the text turns out to be another', () => {
    const shorten = createLongAnswer(PAGES);
    shorten(words(500), false);
    expect(shorten('Something else.', true)).toEqual({ text: 'Something else.' });
  });
});
