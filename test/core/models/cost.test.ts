/** What a run costs, by whatever Replicate tells of it. */

import { expect, test } from 'vitest';
import { costOf, costOfRun } from '../../../src/core/models/cost.ts';
import type { Prediction } from '../../../src/core/models/prediction.ts';
import { hardwarePrice } from '../../../src/core/models/prices.ts';
import { readMetrics } from '../../../src/core/models/read-prediction.ts';
import type { PlanCost } from '../../../src/core/plan.ts';

const ended = (over: Partial<Prediction> = {}): Prediction => ({
  id: 'p',
  status: 'succeeded',
  output: 'Hello you',
  logs: '',
  metrics: {},
  dataRemoved: false,
  createdAt: 1000,
  startedAt: 2000,
  completedAt: 5500,
  ...over,
});

const byToken = {
  by: 'token',
  microUsdPerMillionInput: 650_000,
  microUsdPerMillionOutput: 2_750_000,
  inputTokens: 100,
  maxOutputTokens: 500,
  typicalOutputTokens: 200,
  limitInput: 'max_tokens',
  deadlineSeconds: 60,
} as const satisfies PlanCost;
const bySecond = { by: 'second', microUsdPerSecond: 725, deadlineSeconds: 60, typicalSeconds: 5 } as const;

test('charges the seconds that Replicate reports, rounded up to a millionth of a dollar', () => {
  const prediction = ended({ metrics: { predictSeconds: 2.0001 } });
  expect(costOfRun(bySecond, prediction, 9)).toEqual({ microUsd: 1451, basis: 'predict-time' });
});

test('does not round up what is whole but for the computer', () => {
  expect(
    costOf(
      { by: 'second', microUsdPerSecond: 3 },
      ended({ metrics: { predictSeconds: 0.1 + 0.2 - 0.3 + 1 } }),
    ).microUsd,
  ).toBe(3);
});

test('charges the seconds that we saw when Replicate reports none, and its timestamps when we saw none', () => {
  expect(costOfRun(bySecond, ended(), 2)).toEqual({ microUsd: 1450, basis: 'measured-time' });
  expect(costOfRun(bySecond, ended())).toEqual({ microUsd: 2538, basis: 'timestamps' });
});

test.each(['failed', 'canceled'] as const)('charges a %s run for the time it ran', (status) => {
  expect(costOfRun(bySecond, ended({ status, metrics: { predictSeconds: 4 } })).microUsd).toBe(2900);
});

test.each([bySecond, byToken])('charges nothing for what never started', (cost) => {
  expect(costOfRun(cost, ended({ status: 'aborted' }), 30)).toEqual({ microUsd: 0, basis: 'not-started' });
  const { startedAt: _, ...canceled } = ended({ status: 'canceled', output: null });
  expect(costOfRun(cost, canceled, 0)).toEqual({ microUsd: 0, basis: 'not-started' });
});

test('charges the tokens that metrics or logs tell', () => {
  const metrics = readMetrics({ predict_time: 3 }, 'Input token count: 263\nOutput token count: 1000\n');
  expect(metrics).toEqual({ predictSeconds: 3, inputTokens: 263, outputTokens: 1000 });
  expect(costOfRun(byToken, ended({ metrics }))).toEqual({ microUsd: 2921, basis: 'tokens' });
  const both = readMetrics(
    { input_token_count: 1, output_token_count: 2, image_count: 3 },
    'Input token count: 263',
  );
  expect(both).toEqual({ inputTokens: 1, outputTokens: 2, images: 3 });
});

test('estimates tokens on the dear side when nobody tells them', () => {
  expect(costOfRun(byToken, ended({ output: ['Hello', ' you'] }))).toEqual({
    microUsd: 74,
    basis: 'estimate',
  });
  expect(costOfRun(byToken, ended({ output: null, dataRemoved: true })).microUsd).toBe(1440);
});

test('charges pictures by their number', () => {
  const price = { by: 'image', microUsdPerImage: 3000 } as const;
  expect(costOf(price, ended({ metrics: { images: 4 } }))).toEqual({ microUsd: 12_000, basis: 'images' });
  const output = ['https://replicate.delivery/a.png', 'https://replicate.delivery/b.png'];
  expect(costOf(price, ended({ output }))).toEqual({ microUsd: 6000, basis: 'estimate' });
  const newName = readMetrics({ image_output_count: 2 }, '');
  expect(costOf(price, ended({ metrics: newName })).microUsd).toBe(6000);
});

test('charges pictures that were made and then removed, and none that never were', () => {
  const cost = { by: 'image', microUsdPerImage: 3000, images: 4, deadlineSeconds: 60 } as const;
  expect(costOfRun(cost, ended({ output: null, dataRemoved: true })).microUsd).toBe(12_000);
  expect(costOfRun(cost, ended({ status: 'failed', output: null, dataRemoved: true })).microUsd).toBe(0);
});

test('charges sound by its length as reported, else by the length that was planned with', () => {
  const cost = {
    by: 'audio-second',
    microUsdPerAudioSecond: 100,
    audioSeconds: 90,
    deadlineSeconds: 60,
  } as const;
  const metrics = readMetrics({ audio_input_duration_seconds: 61.5 }, '');
  expect(costOfRun(cost, ended({ metrics }))).toEqual({ microUsd: 6150, basis: 'audio-seconds' });
  expect(costOfRun(cost, ended())).toEqual({ microUsd: 9000, basis: 'estimate' });
  const { startedAt: _, ...canceled } = ended({ status: 'canceled', output: null });
  expect(costOfRun(cost, canceled)).toEqual({ microUsd: 0, basis: 'not-started' });
});

test('charges nothing where nothing is charged', () => {
  expect(costOfRun({ by: 'free', deadlineSeconds: 9 }, ended(), 9)).toEqual({ microUsd: 0, basis: 'free' });
});

test('knows what hardware costs', () => {
  expect(hardwarePrice('t4')).toEqual({ by: 'second', microUsdPerSecond: 225 });
  expect(hardwarePrice('a100')).toEqual({ by: 'second', microUsdPerSecond: 1400 });
});
