/** What every answer to a question must be, on every surface: it grows, keeps everybody's peace, and says what it cost. */

import { expect } from 'vitest';
import type { Stage } from './stage.ts';

/** Everything that could ping somebody, in the middle of an ordinary answer. */
export const ANSWER = Array.from(
  { length: 12 },
  (_, index) =>
    `Sentence ${index} greets @everyone, @here, <@123456789012345678>, <@&123456789012345678>, <!channel> and <@U0BOB>.`,
).join(' ');

export const FOOTNOTE = /llama · [\d.]+ s · \$0\.\d+ · \$\d\.\d+ left today/;

/** What people read, without what stands in it to keep it from pinging, and however it is wrapped. */
export const plain = (text: string) =>
  text
    .replaceAll(/[\u200b-\u200d\u2060]/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Nothing that was on show is taken back: each text begins with the one before, and the last one is the answer. */
export function expectGrowing(texts: readonly string[]): void {
  const words = texts.map(plain).filter((text) => text !== '');
  expect(words.length).toBeGreaterThan(1);
  for (const [index, text] of words.entries()) expect(text.startsWith(words[index - 1] ?? '')).toBe(true);
  expect(words.at(-1)).toBe(ANSWER);
}

/** What the models were asked, in this order. */
export const prompts = (stage: Stage) =>
  stage.sandbox.predictions.map((prediction) => String(prediction.input.prompt));
