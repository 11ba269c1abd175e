/** What a model thinks aloud is folded away, however its text comes in. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReasoningFold, type ReasoningStyle } from '../../../src/core/reply/reasoning.ts';

const fold = (text: string, style: ReasoningStyle = 'quote', maxCharacters = 1_000) =>
  createReasoningFold({ style, maxCharacters })(text, true).text;

describe('reasoning', () => {
  it('becomes a quotation or covered lines, with the answer below', () => {
    const text = '<think>\nThe person asks why.\n\nRayleigh, so blue.\n</think>\n\nBecause of scattering.';
    expect(fold(text)).toBe('> The person asks why.\n>\n> Rayleigh, so blue.\n\nBecause of scattering.');
    expect(fold(text, 'spoiler')).toBe(
      '-# ||The person asks why.||\n\n-# ||Rayleigh, so blue.||\n\nBecause of scattering.',
    );
  });

  it('is known by all its names, in any case, also between two answers', () => {
    expect(fold('<Thinking>a</Thinking>b')).toBe('> a\n\nb');
    expect(fold('First.\n<reasoning>a</reasoning>\nSecond.')).toBe('First.\n\n> a\n\nSecond.');
  });

  it('is told from text that only speaks of it', () => {
    for (const text of [
      'Use `<think>` for it.',
      '```html\n<think>\n</think>\n```',
      'a < b',
      '<thin',
      '<b>x</b>',
    ])
      expect(fold(text)).toBe(text);
  });

  it('shows nothing of an empty one', () => {
    expect(fold('<think>\n\n</think>\n\nHello.')).toBe('Hello.');
  });

  it('goes on until the end where it is not closed', () => {
    const read = createReasoningFold({ style: 'quote', maxCharacters: 100 });
    expect(read('<thi', false)).toEqual({ text: '', thinking: false });
    expect(read('<think>Let me s', false)).toEqual({ text: '> Let me s', thinking: true });
    expect(read('<think>Let me see.</thin', true)).toEqual({ text: '> Let me see.', thinking: true });
  });

  it('is shown up to a length, the answer whole', () => {
    expect(fold(`<think>${'because '.repeat(100)}</think>So.`, 'quote', 20)).toBe(
      '> because because beca…\n\nSo.',
    );
  });

  it('cannot uncover itself, nor open a code block', () => {
    expect(fold('<think>a || b\n```js\nx</think>c', 'spoiler')).toBe('-# ||a \\|\\| b||\n-# ||x||\n\nc');
  });

  it('shows the lines of code in it without the marks around them', () => {
    expect(fold('<think>So:\n\n```js\nlet a = `b`;\n```\n\nYes.</think>c')).toBe(
      '> So:\n>\n> let a = `b`;\n>\n> Yes.\n\nc',
    );
    const read = createReasoningFold({ style: 'quote', maxCharacters: 100 });
    expect(read('<think>So:\n```j', false).text).toBe('> So:');
  });

  it('is told from the answer by its end alone, where a model begins within it', () => {
    expect(fold('They want the sky.\n</think>\n\nRayleigh.')).toBe('They want the sky.\n\n---\n\nRayleigh.');
    expect(fold('One.\n\n</think>Two.\n</think>\nThree.')).toBe('One.\n\n---\n\nTwo.\n\n---\n\nThree.');
    expect(fold('</think>\n\nRayleigh.')).toBe('Rayleigh.');
    expect(fold('```\n</think>\n```')).toBe('```\n</think>\n```');
  });

  const piece = fc.oneof(
    fc.lorem({ maxCount: 5 }).map((words) => `${words} `),
    fc.constantFrom(
      '<think>',
      '</think>',
      '\n<think>',
      '</thinking>',
      '<',
      '\n',
      '\n\n',
      '```\n',
      '\n```\n',
      '||',
      'x'.repeat(400),
    ),
  );
  const text = fc.array(piece, { maxLength: 25, size: 'max' }).map((pieces) => pieces.join(''));
  const style = fc.constantFrom<ReasoningStyle>('quote', 'spoiler');

  it('reads the same in whatever pieces it came, and takes nothing back while it grows', () => {
    fc.assert(
      fc.property(text, style, fc.integer({ min: 1, max: 9 }), (whole, how, size) => {
        const read = createReasoningFold({ style: how, maxCharacters: 500 });
        let before = '';
        for (let end = size; end < whole.length + size; end += size) {
          const { text: now } = read(whole.slice(0, end), false);
          expect(now.startsWith(before.trimEnd()), `${before}\n=====>\n${now}`).toBe(true);
          before = now;
        }
        expect(read(whole, true).text).toBe(fold(whole, how, 500));
      }),
      { numRuns: 400 },
    );
  });

  it('leaves a text without it as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((any) => !any.includes('<')),
        (any) => fold(any) === any,
      ),
    );
  });
});
