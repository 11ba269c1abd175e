/** Models and the sandbox together: what is created, followed and found over real HTTP. */

import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { CreateUncertainError, type PredictionEvent } from '../../../src/core/models/prediction.ts';
import { createReplicateModels } from '../../../src/core/models/replicate-models.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/server.ts';
import { silent } from './replicate-server.ts';

const LLAMA = 'meta/meta-llama-3-70b-instruct';
const ANSWER = 'Grüße aus Köln 😀,\n\nund: viel Text. '.repeat(8);

let sandbox: Sandbox | undefined;
afterEach(() => sandbox?.stop());

async function play(options: SandboxOptions = {}) {
  sandbox = createSandbox({
    coldBootMs: 20,
    tokensPerSecond: 1000,
    stepsPerSecond: 500,
    answer: ANSWER,
    ...options,
  });
  const { url } = await sandbox.start();
  return createReplicateModels({ token: 'sandbox', baseUrl: url, clock: systemClock, log: silent });
}

async function run(model: string, options: SandboxOptions = {}): Promise<PredictionEvent[]> {
  const models = await play(options);
  const { ref } = await models.resolve(model);
  const prediction = await models.create({ model: ref, input: { prompt: 'Hi' }, deadlineSeconds: 60 });
  const events: PredictionEvent[] = [];
  for await (const event of models.follow(prediction.id)) events.push(event);
  return events;
}

const shown = (events: readonly PredictionEvent[]) =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

test.each<[string, string, SandboxOptions]>([
  ['an official model', LLAMA, {}],
  ['a community model', 'sandbox/storyteller', {}],
  ['a deployment', 'deployments/sandbox/stories', {}],
  ['a model without a stream', 'sandbox/quiet-poet', {}],
  ['a stream cut into single bytes', LLAMA, { chunkBytes: 1 }],
  ['a stream whose socket dies twice', LLAMA, { cutStream: { afterBytes: 300, times: 2, how: 'socket' } }],
  [
    'a stream without ids that ends early',
    LLAMA,
    { streamIds: false, cutStream: { afterBytes: 300, times: 1, how: 'end' } },
  ],
])('tells the whole text, once, of %s', async (_, model, options) => {
  const events = await run(model, options);
  expect(shown(events)).toBe(ANSWER);
  expect(events.filter((event) => event.type === 'start')).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ type: 'end', status: 'succeeded' });
});

test('tells the pictures of a picture model as files', async () => {
  const files = (await run('stability-ai/sdxl')).filter((event) => event.type === 'file');
  expect(files.length).toBeGreaterThan(0);
});

test('finds the prediction whose create was never answered, and makes no second one', async () => {
  const models = await play({ dropCreates: { when: 'after', times: 1 } });
  const request = { model: LLAMA, input: { prompt: 'Hi' }, deadlineSeconds: 60 };
  const since = Date.now();
  await expect(models.create(request)).rejects.toBeInstanceOf(CreateUncertainError);
  expect(sandbox?.predictions).toHaveLength(1);
  const found = await models.find(request, since);
  expect(found.map((prediction) => prediction.id)).toEqual(
    sandbox?.predictions.map((prediction) => prediction.id),
  );
});
