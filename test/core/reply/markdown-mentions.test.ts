/** Nothing that Slack would act on is left of untrusted text, and all of it is still to be read. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neutraliseSlack, slackCost } from '../../../src/core/reply/markdown-mentions.ts';
import { createSplitter } from '../../../src/core/reply/splitter.ts';

/** What Slack would act on. */
const CONTROL = /<[!@#][^>]*>?/;
const shownBySlack = (text: string) => text.replaceAll('&lt;', '<');

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<!channel>',
        '<!here|x>',
        '<@U012AB3CD>',
        '<#C01|general>',
        '<!subteam^S1>',
        '<',
        '<<',
        '!',
        '@',
        '#',
        '>',
      ),
      fc.lorem({ maxCount: 5 }),
      fc.string({ unit: 'binary', maxLength: 10 }),
    ),
    { maxLength: 60, size: 'max' },
  )
  .map((parts) => parts.join(''))
  .filter((text) => !text.includes('&lt;'));

describe('neutralising Slack mentions', () => {
  it('leaves no control sequence, shows the same text, and is the same done twice', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const safe = neutraliseSlack(text);
        expect(safe).not.toMatch(CONTROL);
        expect(shownBySlack(safe)).toBe(text);
        expect(neutraliseSlack(safe)).toBe(safe);
      }),
    );
  });

  it('leaves none on any page, and every page within the limit', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const splitter = createSplitter({ limit: 100, cost: slackCost });
        splitter.append(text);
        for (const page of splitter.pages()) {
          const safe = neutraliseSlack(page.text);
          expect(safe).not.toMatch(CONTROL);
          expect(safe.length).toBeLessThanOrEqual(100);
        }
      }),
    );
  });

  it('leaves comparisons, arrows, tags and links alone', () => {
    const text = 'a < b, a <- b, <b>, List<String>, <https://example.com>';
    expect(neutraliseSlack(text)).toBe(text);
  });
});
