/** Somebody who reads a reply while it grows, and knows how much of the answer is on show. */

import { createSplitter } from '../src/core/reply/splitter.ts';

export interface Reader {
  /** These messages are on show now. */
  see(pages: readonly string[]): void;
  /** How many of the answer's characters are on show, from its beginning on. */
  readonly characters: number;
  /** Up to which character each page goes but the last. */
  readonly pageEnds: readonly number[];
  /** All of it is. */
  readonly complete: boolean;
}

export function createReader(answer: string, pageLength: number): Reader {
  const splitter = createSplitter({ limit: pageLength });
  splitter.append(answer);
  let end = 0;
  const whole = splitter.pages().map(({ text, source }) => {
    end += source.length;
    return { text, end };
  });
  let characters = 0;
  let complete = false;
  return {
    see(pages) {
      complete = whole.every((page, index) => pages[index] === page.text) && pages.length === whole.length;
      const first = whole.findIndex((page, index) => pages[index] !== page.text);
      const page = whole[first];
      if (!page) characters = end;
      else {
        const missing = page.text.length - sharedBeginning(pages[first] ?? '', page.text);
        characters = Math.max(whole[first - 1]?.end ?? 0, page.end - missing);
      }
    },
    get characters() {
      return characters;
    },
    pageEnds: whole.slice(0, -1).map((page) => page.end),
    get complete() {
      return complete;
    },
  };
}

function sharedBeginning(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}
