/** Cuts a growing text into pages, and each page into what can be added to a stream that is never edited. */

import { certainOfFormulas } from '../../core/reply/formulas.ts';
import { slackCost } from '../../core/reply/markdown-mentions.ts';
import { createSplitter } from '../../core/reply/splitter.ts';
import { PAGE_LIMIT, toSlackMarkdown } from './page-blocks.ts';

export interface StreamedPage {
  /** What stays at the page's beginning however it goes on. */
  readonly begun: string;
  /** The page as it reads when nothing more comes. */
  readonly whole: string;
}

/** Returns a function that cuts the newest text; the same pages as `createPagedReply` makes of it. */
export function createStreamedText(): (text: string) => readonly StreamedPage[] {
  const options = { limit: PAGE_LIMIT, cost: slackCost };
  let splitter = createSplitter(options);
  let split = '';
  return (text) => {
    if (!text.startsWith(split)) {
      splitter = createSplitter(options);
      split = '';
    }
    splitter.append(text.slice(split.length));
    split = text;
    const growing = splitter.pages(true);
    return splitter
      .pages()
      .map((page, index) => ({
        begun: beginning(growing[index]?.text ?? ''),
        whole: toSlackMarkdown(page.text),
      }))
      .filter((page) => page.whole !== '');
  };
}

/** A fence line that stands last may be our repair, or still become another one. */
const LAST_FENCE = /(?:^|\n) *(?:`{3,}[^\n]*|~{3,}[^\n]*|`{1,2}|~{1,2})$/;

function beginning(text: string): string {
  let begun = text.trimEnd();
  while (LAST_FENCE.test(begun)) begun = begun.replace(LAST_FENCE, '').trimEnd();
  // The next character may make a mention of it.
  return toSlackMarkdown(certainOfFormulas(begun)).trimEnd().replace(/<$/, '');
}
