/** What the ledger must say: each prediction is charged once and for what Replicate says it ran, and nothing else is. */

import { expect } from 'vitest';
import type { Stage } from './stage.ts';

/** What the hardware of the default language model costs. */
const MICRO_USD_PER_SECOND = 725;

export async function expectCharged(stage: Stage): Promise<void> {
  const costs = stage.sandbox.predictions.map(({ metrics }) =>
    Math.ceil(Number((Number(metrics.predict_time) * MICRO_USD_PER_SECOND).toFixed(6))),
  );
  expect(await stage.books()).toMatchObject({
    spentMicroUsd: costs.reduce((sum, cost) => sum + cost, 0),
    settlements: costs.length,
    reservedMicroUsd: 0,
    differences: [],
  });
}

/** There was one run, and one prediction for it. */
export async function expectOneCharge(stage: Stage): Promise<void> {
  expect(stage.sandbox.predictions).toHaveLength(1);
  expect((await stage.books()).runs).toHaveLength(1);
  await expectCharged(stage);
}
