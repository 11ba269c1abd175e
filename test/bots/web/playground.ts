/** The playground as its readers meet it: the real surface on a real server, with a handler that a test directs. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { AccessOptions } from '../../../src/bots/web/access.ts';
import type { KeyValueStore } from '../../../src/bots/web/exchange-store.ts';
import { createWebSurface, type WebSurface } from '../../../src/bots/web/web-surface.ts';
import type { ButtonPress, Invocation, Reply } from '../../../src/core/chat.ts';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { defineInstantCommand } from '../../../src/core/command.ts';
import type { Form, FormSubmission } from '../../../src/core/form.ts';
import { createHttpServer } from '../../../src/core/http/http-server.ts';
import type { Log } from '../../../src/core/log.ts';
import type { Handler } from '../../../src/core/surface.ts';

const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export function createMapStore(): KeyValueStore {
  const values = new Map<string, string>();
  return {
    get: async (key) => JSON.parse(values.get(key) ?? 'null'),
    set: async (key, value) => values.set(key, JSON.stringify(value)),
  };
}

/** Remembers what arrived and answers with what the test says. */
export interface DirectedHandler extends Handler {
  readonly invocations: { readonly invocation: Invocation; readonly reply: Reply }[];
  readonly presses: ButtonPress[];
  readonly submissions: { readonly submission: FormSubmission; readonly reply: Reply }[];
  answer: (reply: Reply, invocation: Invocation) => Promise<void>;
  /** What a press says; it may open a reply. */
  pressed: (press: ButtonPress) => Promise<string>;
  /** What a form button opens. */
  form: Form | string;
}

export function createDirectedHandler(
  answer: DirectedHandler['answer'] = async () => undefined,
): DirectedHandler {
  const handler: DirectedHandler = {
    invocations: [],
    presses: [],
    submissions: [],
    answer,
    pressed: async () => 'Cancelled.',
    form: 'There is no such form.',
    async handle(invocation, reply) {
      handler.invocations.push({ invocation, reply });
      await handler.answer(reply, invocation);
    },
    async press(press) {
      handler.presses.push(press);
      return handler.pressed(press);
    },
    suggest: async (_command, _option, typed) =>
      ['llama', 'mistral'].filter((name) => name.startsWith(typed)).map((name) => ({ name, value: name })),
    openForm: async () => handler.form,
    async submit(submission, reply) {
      handler.submissions.push({ submission, reply });
    },
  };
  return handler;
}

const commands = [
  defineInstantCommand({
    name: 'ask',
    description: 'Ask a language model',
    access: 'everyone',
    options: {
      prompt: { type: 'string', description: 'What to ask', required: true },
      model: { type: 'string', description: 'Which model', suggest: () => [] },
      file: { type: 'attachment', description: 'A picture or a text', accept: ['image', 'text'] },
    },
    run: async () => ({ text: '' }),
  }),
  defineInstantCommand({
    name: 'transcribe',
    description: 'Write down what is said',
    access: 'everyone',
    options: { audio: { type: 'attachment', description: 'The recording', accept: ['audio', 'video'] } },
    run: async () => ({ text: '' }),
  }),
  defineInstantCommand({
    name: 'budget set',
    description: 'Set a cap',
    access: 'admins',
    options: { amount: { type: 'string', description: 'How much' } },
    run: async () => ({ text: '' }),
  }),
];

export interface Playground {
  readonly url: string;
  readonly surface: WebSurface;
  readonly filesDirectory: string;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Sends a file in one piece, as the page does; returns its id. */
  upload(name: string, bytes: Uint8Array<ArrayBuffer>, contentType?: string): Promise<string>;
  close(): Promise<void>;
}

export async function openPlayground(options: {
  readonly handler: Handler;
  readonly access?: AccessOptions;
  readonly store?: KeyValueStore;
  readonly notice?: string;
  /** Left as it is in the end; default: a new one, removed. */
  readonly filesDirectory?: string;
  readonly clock?: Clock;
}): Promise<Playground> {
  const clock = options.clock ?? systemClock;
  const filesDirectory = options.filesDirectory ?? (await mkdtemp(join(tmpdir(), 'playground-')));
  const server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    log: silentLog,
    readiness: () => [surface],
  });
  const surface = createWebSurface({
    commands,
    handler: options.handler,
    clock,
    log: silentLog,
    filesDirectory,
    access: options.access ?? { loopback: true },
    store: options.store ?? createMapStore(),
    ...(options.notice === undefined ? {} : { notice: options.notice }),
  });
  server.mount('/', surface.app.fetch);
  await surface.start();
  const { url } = await server.start();
  const post: Playground['post'] = (path, body, headers = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  return {
    url,
    surface,
    filesDirectory,
    post,
    async upload(name, bytes, contentType = '') {
      const begun = await post('/uploads', { name, contentType, sizeBytes: bytes.length });
      const { id } = (await begun.json()) as { id: string };
      const headers = { 'Content-Type': 'application/octet-stream' };
      await fetch(`${url}/uploads/${id}?offset=0`, { method: 'PATCH', headers, body: bytes });
      return id;
    },
    async close() {
      await surface.stop();
      await server.stop();
      if (!options.filesDirectory) await rm(filesDirectory, { recursive: true, force: true });
    },
  };
}

/** What the page would show of one exchange, put together from the events as the page does it. */
export interface SeenExchange {
  blocks: string[];
  question: string;
  final: boolean;
  status?: string;
}

/** Follows a conversation until `until` is content with what has been seen. */
export async function watch(
  url: string,
  until: (seen: ReadonlyMap<string, SeenExchange>) => boolean,
  headers: Record<string, string> = {},
): Promise<ReadonlyMap<string, SeenExchange>> {
  const seen = new Map<string, SeenExchange>();
  const leave = new AbortController();
  const response = await fetch(url, { headers, signal: leave.signal });
  if (!response.body || !response.ok) throw new Error(`the stream answered ${response.status}`);
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body) {
      text += decoder.decode(chunk, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = /^event: exchange\ndata: (.*)$/.exec(event)?.[1];
        if (data !== undefined) take(seen, JSON.parse(data));
      }
      if (until(seen)) return seen;
    }
  } finally {
    leave.abort();
  }
  throw new Error('the stream ended');
}

function take(
  seen: Map<string, SeenExchange>,
  change: SeenExchange & { replyId: string; from: number },
): void {
  const blocks = [...(seen.get(change.replyId)?.blocks ?? []).slice(0, change.from), ...change.blocks];
  seen.set(change.replyId, { ...change, blocks });
}

/** Waits for what the page shows or has done, also where the machine is busy. */
export const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 15_000 });
