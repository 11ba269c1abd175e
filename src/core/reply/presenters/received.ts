/** What has come of a prediction so far: presenters make of it what they show. */

import type { PredictionEvent } from '../../models/prediction.ts';
import { createProgress } from './progress.ts';

type EndEvent = Extract<PredictionEvent, { type: 'end' }>;

export interface Received {
  push(event: PredictionEvent): void;
  /** As far as it has streamed. */
  readonly text: string;
  /** Addresses of files, each once, in the order in which they came. */
  readonly urls: ReadonlySet<string>;
  /** How far it is, from the logs. */
  status(): string | undefined;
}

/** `onEnd` is called once everything else is there. */
export function createReceived(onEnd: (end: EndEvent) => void): Received {
  const progress = createProgress();
  const urls = new Set<string>();
  let text = '';
  return {
    urls,
    get text() {
      return text;
    },
    status: () => progress.status(),
    push(event) {
      switch (event.type) {
        case 'text-delta':
          text += event.text;
          return;
        case 'text-reset':
          text = event.text;
          return;
        case 'file':
          urls.add(event.url);
          return;
        case 'log':
          progress.push(event.text);
          return;
        case 'end':
          onEnd(event);
          return;
        case 'start':
          return;
      }
    },
  };
}
