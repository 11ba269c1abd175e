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
    const start = end + source.length - source.trimStart().length;
    end += source.length;
    // A page may begin with a repeated head or an opened fence.
    return { text, start, end, head: Math.max(0, text.indexOf(source.trimStart().slice(0, 20))) };
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
        const shared = sharedBeginning(pages[first] ?? '', page.text) - page.head;
        characters = Math.min(page.end, page.start + Math.max(0, shared));
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
