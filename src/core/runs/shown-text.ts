/** A model's text as its reply shows it: what it thinks aloud folded away, and of a very long answer the start. */

import type { SurfaceName } from '../chat.ts';
import { type AnswerStart, createLongAnswer } from '../reply/long-answer.ts';
import { createReasoningFold } from '../reply/reasoning.ts';

/** Takes the newest text each time; reads only what is new in it. `ended`: nothing more comes. */
export type ShownText = (text: string, ended: boolean) => AnswerStart;

export interface ShownTextOptions {
  readonly surface: SurfaceName;
  /** What fits on one of the reply's messages; undefined where a reply is one message of any length. */
  readonly pageLength: number | undefined;
  /** A longer answer becomes a file. */
  readonly fileAfterPages: number;
}

/** More than this of what a model thinks aloud says nothing more to anybody. */
const REASONING_CHARACTERS = 2000;
const THINKING = 'Thinking…';

export function createShownText({ surface, pageLength, fileAfterPages }: ShownTextOptions): ShownText {
  const style = surface === 'discord' ? 'spoiler' : 'quote';
  const fold = createReasoningFold({ style, maxCharacters: REASONING_CHARACTERS });
  const start =
    pageLength === undefined ? undefined : createLongAnswer({ pageLength, pages: fileAfterPages });
  return (text, ended) => {
    const { text: folded, thinking } = fold(text, ended);
    const shown = start?.(folded, ended) ?? { text: folded };
    return thinking && !ended && shown.notice === undefined ? { ...shown, notice: THINKING } : shown;
  };
}

/** The answer alone. */
export function withoutReasoning(text: string): string {
  return createReasoningFold({ style: 'quote', maxCharacters: 0, answerOnly: true })(text, true).text;
}
