/** The start of an answer that is too long to be read in messages; all of it goes with it as a file. */

import type { PresentedFile } from '../presenter.ts';
import { createSplitter } from './splitter.ts';

export interface LongAnswerOptions {
  /** What fits on one of the surface's messages. */
  readonly pageLength: number;
  /** How many messages an answer may have. */
  readonly pages: number;
}

export interface AnswerStart {
  /** As much as fits. */
  readonly text: string;
  /** What to say below it where that is not all. */
  readonly notice?: string;
  /** The whole of it, where that is not all and nothing more comes. */
  readonly file?: PresentedFile;
}

/** Takes the newest text each time; reads only what is new in it. `ended`: nothing more comes. */
export type LongAnswer = (text: string, ended: boolean) => AnswerStart;

export function createLongAnswer({ pageLength, pages }: LongAnswerOptions): LongAnswer {
  let splitter = createSplitter({ limit: pageLength });
  let read = '';
  let start: string | undefined;
  return (text, ended) => {
    if (!text.startsWith(read)) {
      splitter = createSplitter({ limit: pageLength });
      read = '';
      start = undefined;
    }
    if (start === undefined) {
      splitter.append(text.slice(read.length));
      const all = splitter.pages();
      const fitting = all.slice(0, pages).map((page) => page.source);
      if (all.slice(pages).some((page) => page.text !== '')) start = fitting.join('');
    }
    read = text;
    if (start === undefined) return { text };
    if (!ended) {
      const count = text.length.toLocaleString('en');
      return {
        text: start,
        notice: `Still writing, ${count} characters so far. All of it will come as a file.`,
      };
    }
    return {
      text: start,
      notice: 'This is the start. All of it is in the file.',
      file: { from: 'text', name: 'answer.md', text },
    };
  };
}
