/** Which requests the sandbox takes, which it refuses, and in which words: as Replicate does. */
import { expect, test } from 'vitest';
import { type ApiPrediction, llama, sdxl, startSandbox, whisper } from './started-sandbox.ts';

const storyteller = 'sandbox/storyteller';
const prompt = { prompt: 'hi' };

test('a create answers 201 at once; official models hide their version', async () => {
  const { create } = await startSandbox({ coldBootMs: 60_000 });
  const response = await create({ version: llama, input: prompt });
  expect(response.status).toBe(201);
  expect(await response.json()).toMatchObject({
    status: 'starting',
    version: 'hidden',
    model: llama,
    output: null,
    started_at: null,
    data_removed: false,
    input: prompt,
  });
});

test.each([
  ['a community model without a version', storyteller],
  ['a version that does not exist', `${storyteller}:${'0'.repeat(64)}`],
  ['latest', `${storyteller}:latest`],
  ['an unknown model', 'nobody/nothing'],
])('refuses %s', async (_, version) => {
  const { create, sandbox } = await startSandbox();
  const response = await create({ version, input: prompt });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ title: 'Invalid version or not permitted', status: 422 });
  expect(sandbox.predictions).toHaveLength(0);
});

test('takes a pinned version with and without the name before it', async () => {
  const { create, request } = await startSandbox();
  const model = (await (await request(`/models/${storyteller}`)).json()) as {
    latest_version: { id: string };
  };
  const { id } = model.latest_version;
  expect((await create({ version: id, input: prompt })).status).toBe(201);
  expect((await create({ version: `${storyteller}:${id}`, input: prompt })).status).toBe(201);
});

test.each([
  ['a missing input', llama, {}, '- input: prompt is required'],
  [
    'a number too large',
    llama,
    { prompt: 'x', max_tokens: 5000 },
    '- input.max_tokens: Must be less than or equal to 4096',
  ],
  ['a wrong type', llama, { prompt: 5 }, '- input.prompt: Invalid type. Expected: string, given: integer'],
  ['no web address', whisper, { audio: 'song.mp3' }, "- input.audio: Does not match format 'uri'"],
  [
    'an unknown choice',
    sdxl,
    { refine: 'x' },
    '- input.refine: Must be one of the following: "no_refiner", "expert_ensemble_refiner", "base_image_refiner"',
  ],
])('refuses %s in words that name the field', async (_, version, input, detail) => {
  const { create } = await startSandbox();
  const response = await create({ version, input });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ title: 'Input validation failed', detail, status: 422 });
});

test('refuses keys that do not belong in the body', async () => {
  const { create } = await startSandbox();
  const response = await create({ version: llama, input: prompt, cancel_after: '30s' });
  expect(response.status).toBe(422);
  expect(JSON.stringify(await response.json())).toContain('Additional property cancel_after is not allowed');
});

test('the route of a model is for official models only', async () => {
  const { request } = await startSandbox();
  const post = (path: string) => request(path, { method: 'POST', body: JSON.stringify({ input: prompt }) });
  expect((await post(`/models/${llama}/predictions`)).status).toBe(201);
  expect((await post(`/models/${storyteller}/predictions`)).status).toBe(404);
  const deployed = await post('/deployments/sandbox/stories/predictions');
  expect(await deployed.json()).toMatchObject({ deployment: 'sandbox/stories', model: storyteller });
});

test('lets nobody in without the token, and never keeps it', async () => {
  const { url, create, sandbox } = await startSandbox({ token: 'r8_test' });
  const refused = await fetch(`${url}/account`, { headers: { authorization: 'Bearer r8_other' } });
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ title: 'Unauthenticated', status: 401 });
  expect((await fetch(`${url}/account`)).status).toBe(401);
  expect((await create({ version: llama, input: prompt }, { 'cancel-after': '30s' })).status).toBe(201);
  expect(sandbox.predictions[0]?.headers['cancel-after']).toBe('30s');
  expect(JSON.stringify(sandbox.predictions)).not.toContain('r8_test');
});

test('lists predictions newest first, a hundred a page', async () => {
  const { created, request } = await startSandbox({ answer: 'x' });
  const ids: string[] = [];
  for (let count = 0; count < 103; count += 1)
    ids.push((await created({ version: llama, input: prompt })).id);
  type Page = { next: string | null; previous: string | null; results: ApiPrediction[] };
  const first = (await (await request('/predictions')).json()) as Page;
  expect(first.results.map(({ id }) => id)).toEqual(ids.slice(3).reverse());
  const second = (await (await request(first.next ?? '')).json()) as Page;
  expect(second.results.map(({ id }) => id)).toEqual(ids.slice(0, 3).reverse());
  expect(second.next).toBeNull();
  const back = (await (await request(second.previous ?? '')).json()) as Page;
  expect(back.results[0]?.id).toBe(ids.at(-1));
});

test('throttles creates above the limit and says how long to wait', async () => {
  const { create } = await startSandbox({ createsPerMinute: 2 });
  const body = { version: llama, input: prompt };
  const statuses = [(await create(body)).status, (await create(body)).status];
  const throttled = await create(body);
  expect([...statuses, throttled.status]).toEqual([201, 201, 429]);
  const problem = (await throttled.json()) as { retry_after: number };
  expect(problem).toMatchObject({ status: 429, detail: expect.stringContaining('Request was throttled') });
  expect(throttled.headers.get('retry-after')).toBe(String(problem.retry_after));
  expect(problem.retry_after).toBeGreaterThan(50);
});
