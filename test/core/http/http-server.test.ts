/** The HTTP server over real connections. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { OperatorError } from '../../../src/core/errors.ts';
import {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
} from '../../../src/core/http/http-server.ts';
import type { Log } from '../../../src/core/log.ts';

const lines: string[] = [];
const note = (fields: object, text: string) => void lines.push(`${text} ${JSON.stringify(fields)}`);
const log: Log = { debug: note, info: note, warn: note, error: note };

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

function create(more: Partial<HttpServerOptions> = {}): HttpServer {
  const server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    log,
    readiness: () => [],
    ...more,
  });
  servers.push(server);
  return server;
}

it('is ready once every surface is, and until then says which is not', async () => {
  const discord = { name: 'discord', ready: false };
  const { url } = await create({ readiness: () => [discord, { name: 'web', ready: true }] }).start();
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const waiting = await fetch(`${url}/readyz`);
  expect(waiting.status).toBe(503);
  expect(await waiting.json()).toEqual({ status: 'not ready', waitingFor: ['discord'] });
  discord.ready = true;
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

it('shows metrics when there are any', async () => {
  const metrics = { contentType: 'text/plain; version=0.0.4', metrics: async () => 'runs_total 3\n' };
  const { url } = await create({ metrics }).start();
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toBe(metrics.contentType);
  expect(await response.text()).toBe('runs_total 3\n');
  const { url: without } = await create().start();
  expect((await fetch(`${without}/metrics`)).status).toBe(404);
});

it('gives a request to the longest path it is mounted under, body and URL untouched', async () => {
  const server = create();
  server.mount('/', () => new Response('page'));
  server.mount('/slack/events', async (request) => new Response(`${request.url} ${await request.text()}`));
  const { url } = await server.start();
  const event = await fetch(`${url}/slack/events?a=1`, { method: 'POST', body: '{"a": 1}' });
  expect(await event.text()).toBe(`${url}/slack/events?a=1 {"a": 1}`);
  expect(await (await fetch(`${url}/slack/eventsandmore`)).text()).toBe('page');
});

it('refuses bodies that are too large, announced or not', async () => {
  const server = create();
  server.mount('/', async (request) => new Response(await request.text()), { maxBodyBytes: 10 });
  const { url } = await server.start();
  expect((await fetch(url, { method: 'POST', body: 'x'.repeat(11) })).status).toBe(413);
  const unannounced = new Blob(['x'.repeat(11)]).stream();
  expect((await fetch(url, { method: 'POST', body: unannounced, duplex: 'half' })).status).toBe(413);
  expect(await (await fetch(url, { method: 'POST', body: 'x'.repeat(10) })).text()).toBe('x'.repeat(10));
});

it('answers a bug with a sentence and logs it, without showing what it was', async () => {
  const server = create();
  server.mount('/', () => {
    throw new Error('the secret is 42');
  });
  const { url } = await server.start();
  const response = await fetch(url);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('42');
  expect(lines.join('\n')).toContain('the secret is 42');
});

it('forbids by default that browsers do anything with its answers', async () => {
  const { url } = await create().start();
  const { headers } = await fetch(`${url}/nothing`);
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

it('says which port is taken and what to do', async () => {
  const { url } = await create().start();
  const port = Number(new URL(url).port);
  const error = await create({ port })
    .start()
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(OperatorError);
  expect(String(error)).toContain(`Port ${port} on 127.0.0.1 is in use by another program`);
});

it('stops in bounded time although a stream is open, and takes nothing more', async () => {
  const server = create({ clock: { ...systemClock, sleep: (_, signal) => systemClock.sleep(0, signal) } });
  server.mount(
    '/',
    () => new Response(new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(1)) })),
  );
  const { url } = await server.start();
  const response = await fetch(url);
  await server.stop();
  await expect(response.text()).rejects.toThrow();
  await expect(fetch(url)).rejects.toThrow();
});

it('stops at once although browsers hold connections without a request, and lets an answer under way end', async () => {
  const server = create();
  let answer: (response: Response) => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    server.mount('/', () => {
      resolve();
      return new Promise<Response>((answered) => {
        answer = answered;
      });
    });
  });
  const { url } = await server.start();
  const spare = connect(Number(new URL(url).port), '127.0.0.1');
  const hungUp = once(spare, 'close');
  await once(spare, 'connect');
  const response = fetch(url);
  await asked;
  const stopping = server.stop();
  await hungUp;
  answer(new Response('done'));
  expect(await (await response).text()).toBe('done');
  await stopping;
});
