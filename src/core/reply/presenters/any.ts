/** Whatever a model gives: text as it streams, files attached by their names in the output, data as a list or as JSON. */

import { filesOf, textOf } from '../../models/output.ts';
import type { PresentedFile, Presenter } from '../../presenter.ts';
import { jsonBlock } from './json-block.ts';
import { createReceived } from './received.ts';

/** Longer data becomes a file; its beginning is shown. */
const LONGEST_DATA = 1500;
const LONGEST_EXCERPT = 600;
const MOST_LINES = 20;
const LONGEST_LINE = 300;

interface Ending {
  readonly text: string;
  readonly files: readonly PresentedFile[];
}

export function createAnyPresenter(): Presenter {
  let ending: Ending | undefined;
  const received = createReceived(({ status, prediction }) => {
    if (status !== 'succeeded') return;
    ending = describe(prediction.output, prediction.dataRemoved, received.text, received.urls);
  });
  return {
    push: received.push,
    text: () => ending?.text ?? received.text,
    status: () => (received.text === '' ? received.status() : undefined),
    files: () => ending?.files ?? [...received.urls].map((url, index) => fileAt(url, `file-${index + 1}`)),
  };
}

function describe(output: unknown, removed: boolean, streamed: string, urls: ReadonlySet<string>): Ending {
  const files = namedFiles(output, urls);
  const text = streamed || textOf(output);
  if (text !== '') return { text, files };
  if (removed && files.length === 0) {
    const sentence =
      'Replicate keeps results for an hour, and this one was not fetched in time. Please ask again.';
    return { text: sentence, files };
  }
  const data = withoutFiles(output);
  if (data === undefined || JSON.stringify(data) === '[]')
    return { text: files.length === 0 ? 'The model ended without any output.' : '', files };
  const lines = asLines(data);
  if (lines !== undefined) return { text: lines, files };
  const json = JSON.stringify(data, undefined, 2);
  if (json.length <= LONGEST_DATA) return { text: jsonBlock(json), files };
  const excerpt = jsonBlock(`${json.slice(0, LONGEST_EXCERPT).replace(/[\uD800-\uDBFF]$/, '')}\n…`);
  const whole = { from: 'text', name: 'output.json', text: json } as const;
  return { text: `${excerpt}\n\nThe whole output is in the file.`, files: [...files, whole] };
}

/** Those of the output by the name under which it has them; before, as they came. */
function namedFiles(output: unknown, urls: ReadonlySet<string>): PresentedFile[] {
  const named = new Map<string, string>();
  const keyed = typeof output === 'object' && output !== null && !Array.isArray(output);
  for (const [key, value] of keyed ? Object.entries(output) : [['file', output] as const]) {
    const found = filesOf(value);
    for (const [index, url] of found.entries()) {
      const name = found.length > 1 || !keyed ? `${key}-${index + 1}` : key;
      if (!named.has(url)) named.set(url, name);
    }
  }
  for (const url of urls) if (!named.has(url)) named.set(url, `file-${named.size + 1}`);
  return [...named].map(([url, name]) => fileAt(url, name));
}

function fileAt(url: string, name: string): PresentedFile {
  return { from: 'url', url, name };
}

/** The data that is left when the files are taken out; undefined when there is none. */
function withoutFiles(output: unknown): unknown {
  if (output === null || output === undefined || output === '') return undefined;
  if (typeof output === 'string') return filesOf(output).length > 0 ? undefined : output;
  if (typeof output !== 'object') return output;
  if (Array.isArray(output)) {
    // A text among links is a list of texts.
    if (output.every((entry) => typeof entry === 'string'))
      return filesOf(output).length > 0 ? undefined : output;
    const left = output.map(withoutFiles).filter((value) => value !== undefined);
    return left.length > 0 ? left : undefined;
  }
  const left = Object.entries(output).flatMap(([key, value]) => {
    const data = withoutFiles(value);
    return data === undefined ? [] : [[key, data] as const];
  });
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

/** A few plain values read better as a list than as JSON. */
function asLines(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const lines = Object.entries(data).map(([key, value]) =>
    typeof value === 'object' || String(value).includes('\n') ? undefined : `- **${key}**: ${value}`,
  );
  const fits = lines.length <= MOST_LINES && lines.every((line) => line && line.length <= LONGEST_LINE);
  return fits ? lines.join('\n') : undefined;
}
