/** Any output: text as it streams, files attached, data as JSON. */

import type { Presenter } from '../../presenter.ts';
import { jsonBlock } from './json-block.ts';
import { createReceived } from './received.ts';

/** What came neither as text nor as a file is shown when the prediction ends. */
export function createTextPresenter(): Presenter {
  let other = '';
  const received = createReceived(({ prediction }) => {
    if (received.text === '') other = describeData(prediction.output, received.urls);
  });
  return {
    push: received.push,
    text: () => received.text || other,
    status: () => (received.text === '' ? received.status() : undefined),
    files: () =>
      [...received.urls].map((url, index) => ({ from: 'url' as const, url, name: `file-${index + 1}` })),
  };
}

/** Nothing when it is nothing but files: those are attached. */
function describeData(output: unknown, urls: ReadonlySet<string>): string {
  if (output === null || output === undefined) return '';
  if (typeof output === 'string') return urls.has(output) ? '' : output;
  if (Array.isArray(output) && output.every((part) => typeof part === 'string'))
    return output.every((part) => urls.has(part)) ? '' : output.join('');
  return jsonBlock(JSON.stringify(output, undefined, 2));
}
