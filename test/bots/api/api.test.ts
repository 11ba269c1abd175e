/** The HTTP endpoint over the whole bot and its sandbox. */

import { expect, it, onTestFinished, vi } from 'vitest';
import { createApiSurface } from '../../../src/bots/api/api-surface.ts';
import { messageBody, problemBody, runBody } from '../../../src/bots/api/schemas.ts';
import { createSandbox } from '../../../src/sandbox/server.ts';
import { startApiBot } from './api-bot.ts';

const question = { command: 'ask', input: { prompt: 'Why is the sky blue?' } };

it('runs a command: accepted at once with its ids, then looked at until it has its output and its cost', async () => {
  const bot = await startApiBot();
  const accepted = await bot.call('/v1/infer', { method: 'POST', body: question });
  expect(accepted.status).toBe(202);
  const run = runBody.parse(accepted.body);
  expect(run).toMatchObject({ command: 'ask', output: null, cost_usd: null });
  expect(run.prediction_id).toMatch(/^\w+$/);
  expect(accepted.headers.get('location')).toBe(`/v1/runs/${run.run_id}`);

  const ended = await vi.waitFor(
    async () => {
      const { body } = await bot.call(run.urls.get);
      expect(body.status).toBe('succeeded');
      return runBody.parse(body);
    },
    { timeout: 20_000, interval: 100 },
  );
  expect(JSON.stringify(ended.output)).toContain('_Sandbox');
  expect(ended.cost_usd).toBeGreaterThan(0);
  expect(ended.data_removed).toBe(false);
});

it('waits for a short run when the program wants to', async () => {
  const bot = await startApiBot();
  const answer = await bot.call('/v1/infer', {
    method: 'POST',
    body: question,
    headers: { prefer: 'wait=30' },
  });
  expect(answer.status).toBe(200);
  expect(runBody.parse(answer.body).status).toBe('succeeded');
});

it('tells what a run does as it does it, and goes on where a cut connection left off', async () => {
  const bot = await startApiBot();
  const { body: run } = await bot.call('/v1/infer', { method: 'POST', body: question });
  const { body: stream } = await bot.call(run.urls.events);
  const events = readEvents(stream);
  expect(events.at(0)?.event).toBe('status');
  const end = events.at(-1);
  expect(end?.event).toBe('end');
  const texts = events.filter(({ event }) => event === 'text');
  expect(texts.length).toBeGreaterThan(2);
  const whole = texts.map(({ data }) => data.text).join('');
  expect(whole).toBe([end?.data.output].flat().join(''));

  const middle = texts[Math.floor(texts.length / 2)];
  const again = await bot.call(run.urls.events, { headers: { 'last-event-id': String(middle?.id) } });
  const rest = readEvents(again.body).filter(({ event }) => event === 'text');
  expect(rest.map(({ data }) => data.text).join('')).toBe(whole.slice(Number(middle?.id)));
});

it('cancels a run and its cost', async () => {
  const bot = await startApiBot();
  const { body: run } = await bot.call('/v1/infer', { method: 'POST', body: question });
  const cancelled = await bot.call(run.urls.cancel, { method: 'POST' });
  expect(cancelled.status).toBe(202);
  await vi.waitFor(
    async () => expect((await bot.call(run.urls.get)).body.status).toMatch(/^(canceled|aborted)$/),
    { timeout: 10_000, interval: 50 },
  );
});

it('runs once for one idempotency key, and refuses the key for another request', async () => {
  const bot = await startApiBot();
  const headers = { 'idempotency-key': 'order-66' };
  const [one, two] = await Promise.all([
    bot.call('/v1/infer', { method: 'POST', body: question, headers }),
    bot.call('/v1/infer', { method: 'POST', body: question, headers }),
  ]);
  const three = await bot.call('/v1/infer', { method: 'POST', body: question, headers });
  expect(new Set([one.body.run_id, two.body.run_id, three.body.run_id]).size).toBe(1);
  const other = await bot.call('/v1/infer', {
    method: 'POST',
    body: { command: 'ask', input: { prompt: 'Another question' } },
    headers,
  });
  expect(other.status).toBe(409);
});

it('answers a command that runs no model', async () => {
  const bot = await startApiBot();
  const { status, body } = await bot.call('/v1/infer', { method: 'POST', body: { command: 'usage' } });
  expect(status).toBe(200);
  expect(messageBody.parse(body).text).toContain('$1.00 per day');
});

it('has a budget of its own', async () => {
  const bot = await startApiBot({ REPLIBOT_CONFIG: new URL('./poor.yaml', import.meta.url).pathname });
  const { status, body } = await bot.call('/v1/infer', { method: 'POST', body: question });
  expect([status, problemBody.parse(body).title]).toEqual([402, 'Over budget']);
  expect(body.detail).toContain('$0.0001 per day');
});

it('runs any model for a key with admin rights, and only permitted ones for others', async () => {
  const bot = await startApiBot();
  const { secret } = await bot.newKey('root', true);
  const request = {
    method: 'POST',
    body: { model: 'meta/meta-llama-3-70b-instruct', input: { prompt: 'Hello' } },
    headers: { authorization: `Bearer ${secret}`, prefer: 'wait' },
  };
  const allowed = await bot.call('/v1/infer', request);
  expect([allowed.status, allowed.body.status]).toEqual([200, 'succeeded']);
  const { authorization: _, ...headers } = request.headers;
  const refused = await bot.call('/v1/infer', { ...request, headers });
  expect([refused.status, refused.body.status]).toEqual([403, 403]);
});

it.each([
  ['no JSON', '{', 422, /must be JSON/],
  ['neither command nor model', {}, 422, /either command or model/],
  ['both', { command: 'ask', model: 'a/b' }, 422, /either command or model/],
  ['an unknown field', { command: 'ask', prompt: 'x' }, 422, /prompt/],
  ['an unknown command', { command: 'fly' }, 404, /no command `fly`/],
  [
    'an unknown option',
    { command: 'ask', input: { promt: 'x' } },
    422,
    /no option `promt`; there is: prompt/,
  ],
  ['a missing option', { command: 'ask' }, 422, /give `prompt`/],
  ['a wrong callback', { ...question, callback: 'file:///etc/passwd' }, 422, /callback/],
  [
    'a callback into our own network',
    { ...question, callback: 'http://127.0.0.1:8080/done' },
    422,
    /not lead to a public address/,
  ],
  ['a callback to this machine', { ...question, callback: 'http://localhost/done' }, 422, /public address/],
  ['a command for admins', { command: 'budget view' }, 403, /Only admins/],
])('refuses %s with a problem that names it', async (_what, body, status, detail) => {
  const bot = await startApiBot();
  const answer = await bot.call('/v1/infer', { method: 'POST', body });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(problemBody.parse(answer.body).detail).toMatch(detail);
});

it('tells what is Replicate’s or the operator’s fault from the program’s own', async () => {
  const sandbox = createSandbox({ token: 'r8_right' });
  const { url } = await sandbox.start();
  onTestFinished(() => sandbox.stop());
  const bot = await startApiBot({ REPLICATE_API_TOKEN: 'r8_wrong', REPLICATE_API_URL: url });
  const { status, body } = await bot.call('/v1/infer', { method: 'POST', body: question });
  expect([status, problemBody.parse(body).title]).toEqual([502, 'Replicate is not available']);
  expect(body.detail).not.toContain('r8_');
});

it('tells how a run ended and what it cost when Replicate knows its prediction no more', async () => {
  const [first, second] = [createSandbox(), createSandbox()];
  const { url } = await first.start();
  onTestFinished(() => second.stop());
  const bot = await startApiBot({ REPLICATE_API_TOKEN: 'r8_any', REPLICATE_API_URL: url });
  const ask = { method: 'POST', body: question, headers: { prefer: 'wait' } };
  const run = runBody.parse((await bot.call('/v1/infer', ask)).body);
  expect(run.status).toBe('succeeded');
  await first.stop();
  await second.start(Number(new URL(url).port));

  const now = await bot.call(run.urls.get);
  expect(runBody.parse(now.body)).toEqual({ ...run, output: null, data_removed: true });
  const events = await bot.call(run.urls.events);
  expect(events.body).toContain('event: end');
});

it('takes nothing new while it stops', async () => {
  const key = { name: 'tests', admin: false, createdAt: 0 };
  const surface = createApiSurface({
    keys: { authenticate: async () => key },
  } as unknown as Parameters<typeof createApiSurface>[0]);
  await surface.start();
  await surface.drain();
  const headers = { authorization: 'Bearer rb_any' };
  const answer = await surface.app.request('/v1/infer', { method: 'POST', body: '{}', headers });
  expect(answer.status).toBe(503);
  expect(problemBody.parse(await answer.json()).title).toBe('Restarting');
});

it('says when the next request may come when there were too many', async () => {
  const bot = await startApiBot({ REPLIBOT_CONFIG: new URL('./slow.yaml', import.meta.url).pathname });
  const ask = () => bot.call('/v1/infer', { method: 'POST', body: question });
  expect((await ask()).status).toBe(202);
  const { status, headers, body } = await ask();
  expect([status, problemBody.parse(body).title]).toEqual([429, 'Too many requests']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(3000);
});

it('refuses a body that is too large', async () => {
  const bot = await startApiBot();
  const body = { command: 'ask', input: { prompt: 'a'.repeat(1024 * 1024) } };
  const answer = await bot.call('/v1/infer', { method: 'POST', body });
  expect(answer.status).toBe(413);
  expect(problemBody.parse(answer.body).detail).toMatch(/1048576 bytes/);
});

it('takes files as links to public addresses, and no others', async () => {
  const bot = await startApiBot();
  const transcribe = (file: string) =>
    bot.call('/v1/infer', { method: 'POST', body: { command: 'transcribe', input: { file } } });
  for (const [link, detail] of [
    [`${bot.url}/healthz`, /does not lead to a public address/],
    ['memo.mp3', /`file` must be a link to a file/],
  ] as const) {
    const { status, body } = await transcribe(link);
    expect(status).toBe(422);
    expect(problemBody.parse(body).detail).toMatch(detail);
  }
  const nothing = await bot.call('/v1/infer', { method: 'POST', body: { command: 'transcribe' } });
  expect(nothing.status).toBe(422);
});

it('knows only its own keys, and nobody else’s runs', async () => {
  const bot = await startApiBot();
  const { body: run } = await bot.call('/v1/infer', { method: 'POST', body: question });
  for (const authorization of ['', 'Bearer rb_wrong', `Basic ${bot.key.secret}`]) {
    const { status, headers } = await bot.call(run.urls.get, { headers: { authorization } });
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  }
  const { secret } = await bot.newKey('stranger');
  const stranger = { authorization: `Bearer ${secret}` };
  expect((await bot.call(run.urls.get, { headers: stranger })).status).toBe(404);
  expect((await bot.call(run.urls.cancel, { method: 'POST', headers: stranger })).status).toBe(404);
  await bot.revoke('stranger');
  expect((await bot.call(run.urls.get, { headers: stranger })).status).toBe(401);
});

interface ReadEvent {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: what came is what the tests are about
  readonly data: any;
  readonly id: string | undefined;
}

function readEvents(stream: string): ReadEvent[] {
  return stream
    .split('\n\n')
    .filter((block) => block.startsWith('event:'))
    .map((block) => ({
      event: /^event: (.*)$/m.exec(block)?.[1] ?? '',
      data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null'),
      id: /^id: (.*)$/m.exec(block)?.[1],
    }));
}
