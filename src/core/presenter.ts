/** What shows a prediction as it goes: text, status and files. Those there are stand in core/reply/presenters.ts. */

import type { PredictionEvent } from './models/prediction.ts';

/** Turns what a prediction does into what people see. Found again by name after a restart and fed from the beginning. */
export interface Presenter {
  push(event: PredictionEvent): void;
  /** What there is to show now, without status, footnote and buttons. */
  text(): string;
  /** How far it is, from the model's logs ("Step 12 of 50"). */
  status?(): string | undefined;
  /** Files to go with the finished answer. */
  files?(): readonly PresentedFile[];
}

/** A file of the answer: one that the model made, at its address, or one made of the answer's text. */
export type PresentedFile = {
  /** Without an ending for a model's file: that comes from its bytes. */
  readonly name: string;
  readonly alt?: string;
  readonly spoiler?: boolean;
} & ({ readonly from: 'url'; readonly url: string } | { readonly from: 'text'; readonly text: string });
