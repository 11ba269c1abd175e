/** A small HTTP server for what the sandbox can't do: answers scripted per test, down to the socket. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { Log } from '../../../src/core/log.ts';
import type { Models } from '../../../src/core/models/prediction.ts';
import {
  createReplicateModels,
  type ReplicateModelsOptions,
} from '../../../src/core/models/replicate-models.ts';

export const TOKEN = 'r8_this_token_must_never_be_seen_0123456789';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

type Answer = (response: ServerResponse, request: SeenRequest) => void | Promise<void>;

export interface ReplicateServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Answers of `METHOD /path`, one after another; the last one stays. */
  on(route: string, ...answers: Answer[]): void;
  count(route: string): number;
  models(options?: Partial<ReplicateModelsOptions>): Models;
  close(): Promise<void>;
}

export async function createReplicateServer(): Promise<ReplicateServer> {
  const routes = new Map<string, Answer[]>();
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const path = request.url ?? '';
    const method = request.method ?? '';
    const one: SeenRequest = {
      method,
      path,
      headers: request.headers,
      body: text ? JSON.parse(text) : undefined,
    };
    seen.push(one);
    const answers = routes.get(`${method} ${path}`) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    await (answer ?? json(404, { title: 'Not found', detail: 'no such route', status: 404 }))(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    seen,
    on: (route, ...answers) => void routes.set(route, answers),
    count: (route) => seen.filter((one) => `${one.method} ${one.path}` === route).length,
    models: (options) =>
      createReplicateModels({
        token: TOKEN,
        baseUrl: `${url}/v1`,
        clock: systemClock,
        log: silent,
        ...options,
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** Takes the request and hangs up. */
export const hangUp: Answer = (response) => {
  response.socket?.destroy();
};

/** An event stream of these pieces; it ends, stays open, or has its socket killed once the reader has come so far. */
export const stream =
  (pieces: readonly string[], end: 'end' | 'open' | Promise<unknown> = 'end'): Answer =>
  async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of pieces) {
      await new Promise((resolve) => response.write(piece, resolve));
    }
    if (end === 'end') return void response.end();
    if (end === 'open') return;
    await end;
    response.socket?.destroy();
  };

/** What a call fails with. Nothing in it, however deep, may tell the token. */
export async function failureOf(call: Promise<unknown>): Promise<Error> {
  const error = await call.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('something else than an error was thrown');
  expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(TOKEN);
  return error;
}

/** A prediction as the API shows it. */
export function apiPrediction(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'p1',
    model: 'meta/llama',
    version: 'hidden',
    status: 'starting',
    input: { prompt: 'Hi' },
    output: null,
    error: null,
    logs: '',
    data_removed: false,
    created_at: '2026-11-20T10:00:00.000Z',
    urls: { get: '', cancel: '' },
    ...over,
  };
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A clock on which every wait is over at once and leaves its length behind. */
export function createSkippingClock(): Clock & { readonly slept: number[] } {
  let now = 1_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += Math.max(0, ms);
      await setImmediate();
      signal?.throwIfAborted();
    },
  };
}
