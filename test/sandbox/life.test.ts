/** The life of a prediction: waiting, cancelling, deadlines, what is left of it afterwards. */
import { expect, test, vi } from 'vitest';
import { llama, sdxl, startSandbox } from './started-sandbox.ts';

const body = { version: llama, input: { prompt: 'hi' } };

test('Prefer: wait brings the finished prediction, or the unfinished one with 202', async () => {
  const { create, sandbox } = await startSandbox({ answer: 'done' });
  const finished = await create(body, { prefer: 'wait' });
  expect([finished.status, await finished.json()]).toMatchObject([
    201,
    { status: 'succeeded', output: ['done'] },
  ]);
  sandbox.faults.stallAfterTokens = 0;
  const unfinished = await create(body, { prefer: 'wait=1' });
  expect([unfinished.status, await unfinished.json()]).toMatchObject([202, { status: 'processing' }]);
});

test('only the first prediction of a model boots', async () => {
  const { create } = await startSandbox({ coldBootMs: 600, answer: 'x' });
  const metrics = async () => {
    const response = await create(body, { prefer: 'wait' });
    return ((await response.json()) as { metrics: { total_time: number; predict_time: number } }).metrics;
  };
  const cold = await metrics();
  const warm = await metrics();
  expect(cold.total_time - cold.predict_time).toBeGreaterThan(0.59);
  expect(warm.total_time - warm.predict_time).toBeLessThan(0.59);
});

test('max_tokens ends the answer', async () => {
  const { create } = await startSandbox();
  const response = await create({ ...body, input: { prompt: 'hi', max_tokens: 7 } }, { prefer: 'wait' });
  const { output, metrics } = (await response.json()) as {
    output: string[];
    metrics: Record<string, number>;
  };
  expect(output).toHaveLength(7);
  expect(metrics.output_token_count).toBe(7);
});

test('cancelled before it starts it is aborted, while it runs canceled, with what it had written', async () => {
  const { created, request, get, sandbox } = await startSandbox({ coldBootMs: 60_000 });
  const early = await created(body);
  const answer = await request(`/predictions/${early.id}/cancel`, { method: 'POST' });
  expect(await answer.json()).toMatchObject({ status: 'aborted', started_at: null });
  Object.assign(sandbox.faults, { coldBootMs: 0, stallAfterTokens: 3 });
  const late = await created(body);
  await vi.waitFor(async () => expect((await get(late.id)).output).toHaveLength(3));
  await request(`/predictions/${late.id}/cancel`, { method: 'POST' });
  const stopped = await get(late.id);
  expect(stopped).toMatchObject({ status: 'canceled', metrics: { output_token_count: 3 } });
  expect(stopped.metrics?.predict_time).toBeGreaterThan(0);
  expect(sandbox.predictions[1]?.statuses.map(({ status }) => status)).toEqual([
    'starting',
    'processing',
    'canceled',
  ]);
});

test('ignored cancels leave the prediction running', async () => {
  const { created, request, get, sandbox } = await startSandbox({ ignoreCancel: true, stallAfterTokens: 1 });
  const { id } = await created(body);
  expect((await request(`/predictions/${id}/cancel`, { method: 'POST' })).status).toBe(200);
  await vi.waitFor(async () => expect((await get(id)).status).toBe('processing'));
  expect(sandbox.predictions[0]?.cancelRequests).toBe(1);
});

test.each([
  ['30s', 30],
  ['5m', 300],
  ['1h30m45s', 5445],
  ['45', 45],
])('Cancel-After: %s sets a deadline', async (header, seconds) => {
  const { created } = await startSandbox({ stallAfterTokens: 0 });
  const { created_at, deadline = '' } = await created(body, { 'cancel-after': header });
  expect(Date.parse(deadline) - Date.parse(created_at)).toBe(seconds * 1000);
});

test.each(['4s', '0', 'soon', '1d'])('refuses Cancel-After: %s', async (header) => {
  const { create, sandbox } = await startSandbox();
  expect((await create(body, { 'cancel-after': header })).status).toBe(422);
  expect(sandbox.predictions).toHaveLength(0);
});

test('the deadline stops what runs and what has not begun', async () => {
  const { created, get, sandbox } = await startSandbox({ stallAfterTokens: 1, limitSecondMs: 20 });
  const running = await created(body, { 'cancel-after': '5s' });
  await vi.waitFor(async () => expect((await get(running.id)).status).toBe('canceled'));
  sandbox.faults.queueMs = 60_000;
  const waiting = await created(body, { 'cancel-after': '5s' });
  await vi.waitFor(async () => expect((await get(waiting.id)).status).toBe('aborted'));
});

test('nothing runs longer than 30 minutes', async () => {
  const { created, get } = await startSandbox({ stallAfterTokens: 1, limitSecondMs: 0.05 });
  const { id } = await created(body);
  await vi.waitFor(async () =>
    expect(await get(id)).toMatchObject({ status: 'failed', error: 'Prediction timed out after 30 minutes' }),
  );
});

test('after an hour input, output, logs, stream and files are gone', async () => {
  let aheadMs = 0;
  const { create, get, sandbox } = await startSandbox({ now: () => Date.now() + aheadMs });
  const input = { prompt: 'x', width: 64, height: 64, num_inference_steps: 2 };
  const response = await create({ version: sdxl, input }, { prefer: 'wait' });
  const { id, output, urls } = (await response.json()) as {
    id: string;
    output: string[];
    urls: { stream: string };
  };
  aheadMs = 3_599_000;
  expect((await get(id)).data_removed).toBe(false);
  expect((await fetch(output[0] ?? '')).headers.get('content-type')).toBe('image/png');
  aheadMs = 3_601_000;
  expect(await get(id)).toMatchObject({
    data_removed: true,
    output: null,
    logs: '',
    input: {},
    status: 'succeeded',
  });
  expect((await fetch(output[0] ?? '')).status).toBe(404);
  expect((await fetch(urls.stream)).status).toBe(404);
  expect(sandbox.predictions[0]?.input).toEqual(input);
});

test('token counts can stand in the logs only, and metrics can be overlaid', async () => {
  const { create, sandbox } = await startSandbox({ answer: 'one two', tokenCounts: 'logs' });
  const end = async () => (await create(body, { prefer: 'wait' })).json();
  const inLogs = (await end()) as { metrics: object; logs: string };
  expect(inLogs.metrics).not.toHaveProperty('output_token_count');
  expect(inLogs.logs).toContain('Output token count: 2\n');
  sandbox.faults.metrics = { predict_time: 12.5, total_time: null };
  expect(((await end()) as { metrics: object }).metrics).toEqual({ predict_time: 12.5 });
});
