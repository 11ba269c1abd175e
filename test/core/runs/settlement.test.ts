import { expect, it } from 'vitest';
import type { Prediction } from '../../../src/core/models/prediction.ts';
import type { Run } from '../../../src/core/runs/run.ts';
import { settlementOf } from '../../../src/core/runs/settlement.ts';
import { SAMPLE_RUN } from './sample-run.ts';

const STARTED_AT = 10_000;

const run: Run = {
  ...SAMPLE_RUN,
  plan: {
    ...SAMPLE_RUN.plan,
    cost: { by: 'second', microUsdPerSecond: 100, deadlineSeconds: 60, typicalSeconds: 10 },
  },
  holdMicroUsd: 6000,
  createdAt: 9000,
};

function settle(more: Partial<Pick<Prediction, 'status' | 'metrics'>>, cancelled = false) {
  const prediction: Prediction = {
    id: 'prediction',
    status: 'succeeded',
    output: 'Yes.',
    logs: '',
    metrics: {},
    dataRemoved: false,
    createdAt: 9000,
    startedAt: STARTED_AT,
    completedAt: STARTED_AT + 3000,
    ...more,
  };
  const followed = { prediction, text: '', files: [], startedAt: STARTED_AT, overLimit: false };
  return settlementOf(run, followed, { cancelled, now: STARTED_AT + 5000 });
}

it('charges what Replicate says was used', () => {
  const settlement = settle({ metrics: { predictSeconds: 2.5 } });
  expect(settlement).toEqual({
    costMicroUsd: 250,
    outcome: 'succeeded',
    startedAt: STARTED_AT,
    endedAt: STARTED_AT + 3000,
  });
});

it('charges the time that we measured where Replicate says nothing, and marks that', () => {
  expect(settle({})).toMatchObject({ costMicroUsd: 300, measured: true });
});

it('charges a prediction that cannot be asked about as it was reserved', () => {
  const lost = { text: '', files: [], overLimit: false };
  expect(settlementOf(run, lost, { cancelled: false, now: 77 })).toMatchObject({
    costMicroUsd: 6000,
    outcome: 'unknown',
    endedAt: 77,
  });
});

it('says that it was cancelled only of what did not end by itself before', () => {
  expect(settle({ status: 'canceled' }, true).failure).toBe('Cancelled.');
  expect(settle({ status: 'succeeded' }, true).failure).toBeUndefined();
});
