/** Predictions of which nobody knows whether they were created, looked for in Replicate's list. */

import { afterEach, beforeEach, expect, test } from 'vitest';
import { apiPrediction, createReplicateServer, json, type ReplicateServer } from './replicate-server.ts';

const request = { model: 'meta/llama', input: { prompt: 'Hi' }, deadlineSeconds: 90 };
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20, 10) + seconds * 1000).toISOString();
const since = Date.UTC(2026, 10, 20, 10);

let server: ReplicateServer;
beforeEach(async () => {
  server = await createReplicateServer();
});
afterEach(() => server.close());

test('returns every prediction of the same model and input since then, oldest first, over all pages', async () => {
  const next = 'https://elsewhere.example/v1/predictions?cursor=abc';
  server.on(
    'GET /v1/predictions',
    json(200, {
      next,
      results: [
        apiPrediction({ id: 'newest', created_at: at(9), input: undefined }),
        apiPrediction({ id: 'other-input', created_at: at(8), input: { prompt: 'Ho' } }),
        apiPrediction({ id: 'other-model', created_at: at(7), model: 'meta/other' }),
      ],
    }),
  );
  server.on('GET /v1/predictions/newest', json(200, apiPrediction({ id: 'newest', created_at: at(9) })));
  server.on(
    'GET /v1/predictions?cursor=abc',
    json(200, {
      next,
      results: [
        apiPrediction({ id: 'skewed', created_at: at(-3) }),
        apiPrediction({ id: 'too-old', created_at: at(-9) }),
      ],
    }),
  );
  const found = await server.models().find(request, since);
  expect(found.map((prediction) => prediction.id)).toEqual(['skewed', 'newest']);
});

test('returns nothing when Replicate has nothing', async () => {
  server.on('GET /v1/predictions', json(200, { next: null, results: [] }));
  expect(await server.models().find(request, since)).toEqual([]);
});

test('knows a community model by its version', async () => {
  const version = 'c'.repeat(64);
  const results = [
    apiPrediction({ version, created_at: at(1) }),
    apiPrediction({ version: 'd'.repeat(64), created_at: at(0) }),
  ];
  server.on('GET /v1/predictions', json(200, { next: null, results }));
  expect(await server.models().find({ ...request, model: `meta/llama:${version}` }, since)).toHaveLength(1);
});
