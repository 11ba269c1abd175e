/** What people read of a prediction that did not succeed. */

import { expect, test } from 'vitest';
import { describeFailure } from '../../../src/core/models/describe-failure.ts';
import type { Prediction } from '../../../src/core/models/prediction.ts';

const ended = (status: Prediction['status'], error?: string): Prediction => ({
  id: 'p',
  status,
  output: null,
  logs: '',
  metrics: {},
  dataRemoved: false,
  createdAt: 0,
  ...(error !== undefined && { error }),
});

test.each([
  ['Prediction failed (E1000)', /E1000\)\. Try again\.$/],
  ['CUDA out of memory; E1001', /ran out of memory \(E1001\)\. Try again with a shorter/],
  ['E6716: start timeout', /did not start in time \(E6716\)/],
  ['webhook (E4875)', /E4875.*admin/],
])('explains %s', (error, sentence) => {
  expect(describeFailure(ended('failed', error))).toMatch(sentence);
});

test('quotes an error without codes in one clean line', () => {
  const error = 'Prompt is\n too long; see https://example.com/x?token=1 and r8_abcdefgh.';
  expect(describeFailure(ended('failed', error))).toBe(
    'The model failed: Prompt is too long; see [link] and […].',
  );
});

test('quotes only the last line of a stack trace', () => {
  const error =
    'Traceback (most recent call last):\n  File "/src/predict.py", line 3\nValueError: width must be even\n';
  expect(describeFailure(ended('failed', error))).toBe('The model failed: ValueError: width must be even.');
});

test('keeps a long error short', () => {
  expect(describeFailure(ended('failed', 'no '.repeat(1000))).length).toBeLessThan(250);
});

test('has a sentence when the model gave no reason, was stopped, or never started', () => {
  expect(describeFailure(ended('failed'))).toMatch(/without saying why/);
  expect(describeFailure(ended('canceled'))).toMatch(/stopped/);
  expect(describeFailure(ended('aborted'))).toMatch(/costs nothing/);
});
