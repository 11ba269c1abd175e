/** The OpenAPI document and the handlers say the same: paths, methods, and the bodies that really come. */

import { expect, it } from 'vitest';
import { createApiApp } from '../../../src/bots/api/api-app.ts';
import { openApiDocument } from '../../../src/bots/api/openapi.ts';
import { messageBody, problemBody, runBody } from '../../../src/bots/api/schemas.ts';
import { startApiBot } from './api-bot.ts';

/** As the document writes them: `get /v1/runs/{id}`. */
function documented(): string[] {
  return Object.entries(openApiDocument().paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
}

it('documents every route that there is, and no other', () => {
  const unused = {} as Parameters<typeof createApiApp>[0];
  const app = createApiApp({ ...unused, draining: () => false, signal: new AbortController().signal });
  const routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && path !== '/v1/openapi.json')
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect([...new Set(routes)].sort()).toEqual(documented().sort());
});

it('is served to everybody, with every reference resolved', async () => {
  const bot = await startApiBot();
  const { status, body } = await bot.call('/v1/openapi.json', { headers: { authorization: '' } });
  expect(status).toBe(200);
  expect(body).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  for (const [, name = ''] of JSON.stringify(body).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    expect(Object.keys(body.components.schemas)).toContain(name);
  }
  expect(body.components.schemas.Run.required).toContain('cost_usd');
  expect(body.components.schemas.InferRequest.required ?? []).not.toContain('input');
});

it('answers with documented statuses and bodies', async () => {
  const bot = await startApiBot();
  const schemas = { Run: runBody, Message: messageBody, Problem: problemBody };
  const infer = (body: unknown, headers = {}) => bot.call('/v1/infer', { method: 'POST', body, headers });
  const run = await infer({ command: 'ask', input: { prompt: 'Hello' } });
  const { run_id: id } = run.body;
  const answers = [
    ['/v1/infer', 'post', run],
    ['/v1/infer', 'post', await infer({ command: 'help' })],
    ['/v1/infer', 'post', await infer({})],
    ['/v1/infer', 'post', await infer({ command: 'help' }, { 'idempotency-key': ' ' })],
    ['/v1/runs/{id}', 'get', await bot.call(`/v1/runs/${id}`)],
    ['/v1/runs/{id}', 'get', await bot.call('/v1/runs/none')],
    ['/v1/runs/{id}/cancel', 'post', await bot.call(`/v1/runs/${id}/cancel`, { method: 'POST' })],
    ['/v1/runs/{id}/cancel', 'post', await bot.call('/v1/runs/none/cancel', { method: 'POST' })],
    ['/v1/runs/{id}/events', 'get', await bot.call('/v1/runs/none/events')],
  ] as const;
  const paths: Record<string, Record<string, { responses: Record<string, object> }>> = openApiDocument()
    .paths;
  for (const [path, method, answer] of answers) {
    const stated = JSON.stringify(paths[path]?.[method]?.responses[answer.status] ?? 'undocumented');
    const names = [...stated.matchAll(/schemas\/(\w+)"/g)].map(([, name]) => name as keyof typeof schemas);
    const fits = names.some((name) => schemas[name].safeParse(answer.body).success);
    expect(fits, `${method} ${path} ${answer.status}: ${stated}`).toBe(true);
  }
});
