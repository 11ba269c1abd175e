/** A create and its record: whatever fails between the two, there is one prediction, and it is found again. */

import { expect, it } from 'vitest';
import type { Log } from '../../../src/core/log.ts';
import type { Models, Prediction } from '../../../src/core/models/prediction.ts';
import type { Run } from '../../../src/core/runs/run.ts';
import { type SubmitDependencies, submit } from '../../../src/core/runs/submit.ts';
import { createFakeClock, type FakeClock } from '../../fake-clock.ts';
import { SAMPLE_RUN } from './sample-run.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const going = new AbortController().signal;

/** One run in a database that can fail, and what Replicate has. */
function createWorld() {
  const clock = createFakeClock();
  const run: Run = {
    ...SAMPLE_RUN,
    state: 'admitted',
    plan: { ...SAMPLE_RUN.plan, input: { prompt: 'Hello' } },
    createdAt: clock.now(),
  };
  const predictions: Prediction[] = [];
  const world = {
    clock,
    run,
    predictions,
    recorded: undefined as string | undefined,
    failsToRecord: false,
    create: async (): Promise<Prediction> => {
      const prediction: Prediction = {
        id: `prediction-${predictions.length + 1}`,
        status: 'starting',
        output: null,
        logs: '',
        metrics: {},
        dataRemoved: false,
        createdAt: clock.now(),
      };
      predictions.push(prediction);
      return prediction;
    },
    find: async (): Promise<readonly Prediction[]> => predictions,
  };
  const store: SubmitDependencies['store'] = {
    get: async () => world.run,
    markSubmitting: async () => {
      world.run = { ...world.run, state: 'submitting', submittedAt: clock.now() };
      return true;
    },
    recordPrediction: async (_, predictionId) => {
      if (world.failsToRecord) throw new Error('the connection was lost');
      world.recorded = predictionId;
      return true;
    },
    othersSubmitting: async () => [],
  };
  const models: Pick<Models, 'create' | 'find'> = {
    create: () => world.create(),
    find: () => world.find(),
  };
  const submitIt = () => submit(world.run, world.run.createdAt, { store, models, clock, log: silent }, going);
  return Object.assign(world, { submit: submitIt });
}

/** Turns the clock until the work is done. */
async function finish<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  for (let turns = 0; !done && turns < 1000; turns++) await clock.advance(1000);
  return ended;
}

it('gives nothing up when the prediction was created but could not be recorded', async () => {
  const world = createWorld();
  world.failsToRecord = true;
  await expect(world.submit()).rejects.toThrow('the connection was lost');
  world.failsToRecord = false;
  expect(await finish(world.clock, world.submit())).toMatchObject({
    type: 'submitted',
    predictionId: 'prediction-1',
  });
  expect(world.predictions).toHaveLength(1);
  expect(world.recorded).toBe('prediction-1');
});

it('takes an answer that nobody understands for a create that may have been accepted', async () => {
  const world = createWorld();
  const { create } = world;
  world.create = async () => {
    await create();
    throw new TypeError("Cannot read properties of null (reading 'id')");
  };
  expect(await finish(world.clock, world.submit())).toMatchObject({ predictionId: 'prediction-1' });
  expect(world.predictions).toHaveLength(1);
});

it('is not of unknown fate only because the process was away for long', async () => {
  const world = createWorld();
  await world.create();
  world.run = { ...world.run, state: 'submitting', submittedAt: world.clock.now() };
  await world.clock.advance(60 * 60_000);
  let asked = 0;
  world.find = async () => {
    if (asked++ === 0) throw new Error('Replicate is away');
    return world.predictions;
  };
  expect(await finish(world.clock, world.submit())).toMatchObject({ predictionId: 'prediction-1' });
});

it('is of unknown fate when Replicate cannot be asked for ten minutes', async () => {
  const world = createWorld();
  world.run = { ...world.run, state: 'submitting', submittedAt: world.clock.now() };
  world.find = () => Promise.reject(new Error('Replicate is away'));
  const from = world.clock.now();
  expect(await finish(world.clock, world.submit())).toMatchObject({ type: 'unknown' });
  expect(world.clock.now() - from).toBeGreaterThanOrEqual(10 * 60_000);
});
