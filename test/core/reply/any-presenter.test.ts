/** Output of any shape, as people see it. */

import { expect, it } from 'vitest';
import { filesOf } from '../../../src/core/models/output.ts';
import type { Prediction, PredictionEvent } from '../../../src/core/models/prediction.ts';
import { createPresenter } from '../../../src/core/reply/presenters.ts';

const URL_A = 'https://replicate.delivery/x/a.png';
const URL_B = 'https://replicate.delivery/x/b.srt';

function ended(
  output: unknown,
  more: Partial<Prediction> = {},
  status: 'succeeded' | 'failed' = 'succeeded',
): PredictionEvent {
  const prediction: Prediction = {
    id: 'p1',
    status,
    output,
    logs: '',
    metrics: {},
    dataRemoved: false,
    createdAt: 0,
    ...more,
  };
  return { type: 'end', status, prediction };
}

/** What is there at the end, fed as a prediction without a stream is. */
function shown(output: unknown, more: Partial<Prediction> = {}) {
  const presenter = createPresenter('any');
  for (const url of filesOf(output)) presenter.push({ type: 'file', url });
  presenter.push(ended(output, more));
  const files = presenter.files?.() ?? [];
  return {
    text: presenter.text(),
    files: files.map((file) => [file.name, file.from === 'url' ? file.url : file.text]),
  };
}

it('streams text', () => {
  const presenter = createPresenter('any');
  presenter.push({ type: 'text-delta', text: 'One ' });
  expect(presenter.text()).toBe('One ');
  presenter.push({ type: 'text-delta', text: 'two' });
  presenter.push(ended(['One ', 'two']));
  expect(presenter.text()).toBe('One two');
});

it('shows how far it is until there is text', () => {
  const presenter = createPresenter('any');
  presenter.push({ type: 'log', text: ' 40%|████      | 4/10 [00:01<00:02]\n' });
  expect(presenter.status?.()).toBe('Step 4 of 10');
  presenter.push({ type: 'text-delta', text: 'x' });
  expect(presenter.status?.()).toBeUndefined();
});

it.each([
  ['one file', URL_A, { text: '', files: [['file-1', URL_A]] }],
  [
    'many files',
    [URL_A, URL_B],
    {
      text: '',
      files: [
        ['file-1', URL_A],
        ['file-2', URL_B],
      ],
    },
  ],
  ['a number', 42, { text: '42', files: [] }],
  ['plain data', { label: 'cat', score: 0.9 }, { text: '- **label**: cat\n- **score**: 0.9', files: [] }],
  [
    'data with files, named as the output names them',
    { language: 'de', subtitles: URL_B, pages: [URL_A, 'https://replicate.delivery/x/c.png'] },
    {
      text: '- **language**: de',
      files: [
        ['subtitles', URL_B],
        ['pages-1', URL_A],
        ['pages-2', 'https://replicate.delivery/x/c.png'],
      ],
    },
  ],
  [
    'nested data',
    { boxes: [{ x: 1 }] },
    { text: '```json\n{\n  "boxes": [\n    {\n      "x": 1\n    }\n  ]\n}\n```', files: [] },
  ],
  [
    'a list of texts with a link among them',
    { see: ['this', URL_A] },
    { text: `\`\`\`json\n${JSON.stringify({ see: ['this', URL_A] }, undefined, 2)}\n\`\`\``, files: [] },
  ],
  ['backticks in data', ['```', 1], { text: '````json\n[\n  "```",\n  1\n]\n````', files: [] }],
  ['nothing', null, { text: 'The model ended without any output.', files: [] }],
  ['an empty list', [], { text: 'The model ended without any output.', files: [] }],
])('shows %s', (_, output, expected) => {
  expect(shown(output)).toEqual(expected);
});

it('shows the beginning of long data and attaches all of it', () => {
  const output = [Array.from({ length: 1024 }, (_, index) => index / 7)];
  const { text, files } = shown(output);
  expect(text).toMatch(/^```json\n\[\n {2}\[\n {4}0,[\s\S]*…\n```\n\nThe whole output is in the file\.$/);
  expect(text.length).toBeLessThan(1000);
  expect(JSON.parse(files[0]?.[1] ?? '')).toEqual(output);
  expect(files[0]?.[0]).toBe('output.json');
});

it('says when Replicate has removed the result, and keeps what had come', () => {
  expect(shown(null, { dataRemoved: true }).text).toMatch(/keeps results for an hour/);
});

it('keeps the files that came before a failure', () => {
  const presenter = createPresenter('any');
  presenter.push({ type: 'file', url: URL_A });
  presenter.push(ended(null, {}, 'failed'));
  expect(presenter.files?.()).toMatchObject([{ url: URL_A }]);
  expect(presenter.text()).toBe('');
});
