/** Any output: text as it streams, files attached, data as JSON. */

import type { Presenter } from '../../presenter.ts';
import { createProgress } from './progress.ts';

/** What came neither as text nor as a file is shown when the prediction ends. */
export function createTextPresenter(): Presenter {
  const progress = createProgress();
  const urls = new Set<string>();
  let text = '';
  let other = '';
  return {
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
          if (text === '') other = describeData(event.prediction.output, urls);
          return;
        case 'start':
          return;
      }
    },
    text: () => text || other,
    status: () => (text === '' ? progress.status() : undefined),
    files: () => [...urls].map((url, index) => ({ from: 'url' as const, url, name: `file-${index + 1}` })),
  };
}

/** Nothing when it is nothing but files: those are attached. */
function describeData(output: unknown, urls: ReadonlySet<string>): string {
  if (output === null || output === undefined) return '';
  if (typeof output === 'string') return urls.has(output) ? '' : output;
  if (Array.isArray(output) && output.every((part) => typeof part === 'string'))
    return output.every((part) => urls.has(part)) ? '' : output.join('');
  const json = JSON.stringify(output, undefined, 2);
  return `${'`'.repeat(fenceLength(json))}json\n${json}\n${'`'.repeat(fenceLength(json))}`;
}

/** One more mark than the longest run inside. */
function fenceLength(text: string): number {
  return Math.max(3, ...Array.from(text.matchAll(/`+/g), (run) => run[0].length + 1));
}
