/** Faults that tests and demonstrations switch on. */
import { expect, test } from 'vitest';
import { llama, startSandbox } from './started-sandbox.ts';

const body = { version: llama, input: { prompt: 'hi' } };

test.each([401, 402, 429, 500, 503])('the next creates fail with %i and create nothing', async (status) => {
  const { create, sandbox } = await startSandbox({ failCreates: { status, times: 2, retryAfterSeconds: 5 } });
  const refused = [await create(body), await create(body)];
  expect(refused.map((response) => response.status)).toEqual([status, status]);
  expect(refused[0]?.headers.get('retry-after')).toBe(status === 429 ? '5' : null);
  expect(sandbox.predictions).toHaveLength(0);
  expect((await create(body)).status).toBe(201);
});

test.each([
  ['before', 0],
  ['after', 1],
] as const)('a connection lost %s a create is accepted leaves %i predictions', async (when, count) => {
  const { create, sandbox } = await startSandbox({ dropCreates: { when, times: 1 } });
  await expect(create(body)).rejects.toThrow('fetch failed');
  expect(sandbox.predictions).toHaveLength(count);
  expect((await create(body)).status).toBe(201);
});

test('reads and streams fail as often as asked', async () => {
  const { created, request } = await startSandbox();
  const { urls, id } = await created(body);
  const { sandbox } = await startSandbox();
  expect(sandbox.predictions).toHaveLength(0);
  await request(urls.get.replace(/\/v1.*/, '/_sandbox/faults'), {
    method: 'POST',
    body: JSON.stringify({ failGets: { status: 500, times: 1 }, failStreams: { status: 503, times: 1 } }),
  });
  const statuses = async (path: string) => [(await request(path)).status, (await request(path)).status];
  expect(await statuses(`/predictions/${id}`)).toEqual([500, 200]);
  expect(await statuses(urls.stream ?? '')).toEqual([503, 200]);
});

test('no prediction has a stream when streams are off; one model never has', async () => {
  const { created, request } = await startSandbox({ noStreamUrl: true });
  expect((await created(body)).urls).not.toHaveProperty('stream');
  const { created: createdHere } = await startSandbox();
  const poet = (await (await request('/models/sandbox/quiet-poet')).json()) as {
    latest_version: { id: string };
  };
  const quiet = await createdHere({ version: poet.latest_version.id, input: { prompt: 'hi' } });
  expect(quiet.urls).not.toHaveProperty('stream');
});

test('an impossible fault is refused', async () => {
  const { url, sandbox } = await startSandbox();
  const response = await fetch(url.replace('/v1', '/_sandbox/faults'), {
    method: 'POST',
    body: JSON.stringify({ tokensPerSecond: -1 }),
  });
  expect(response.status).toBe(422);
  expect(sandbox.faults.tokensPerSecond).toBe(5000);
});
