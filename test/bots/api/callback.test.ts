/** Callbacks: signed so that others' libraries accept them, tried again where that helps, and never sent into our own network. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { validateWebhook } from 'replicate';
import { expect, it, onTestFinished } from 'vitest';
import { createApiReply } from '../../../src/bots/api/api-reply.ts';
import { sendCallback } from '../../../src/bots/api/callback.ts';
import type { RunBody } from '../../../src/bots/api/schemas.ts';
import { ReplyGoneError } from '../../../src/core/errors.ts';
import { createPublicPost } from '../../../src/core/files/public-post.ts';

const SECRET = `whsec_${Buffer.from('a secret of the tests').toString('base64')}`;
const RUN: RunBody = {
  run_id: 'run_1',
  prediction_id: 'p1',
  status: 'succeeded',
  command: 'ask',
  model: 'owner/name',
  output: ['“Ü”'],
  data_removed: false,
  error: null,
  reserved_usd: 0.1,
  cost_usd: 0.01,
  created_at: '2026-11-21T12:00:00.000Z',
  started_at: null,
  completed_at: null,
  urls: { get: '/v1/runs/run_1', events: '/v1/runs/run_1/events', cancel: '/v1/runs/run_1/cancel' },
};
/** The tests' own network is public to them. */
const post = createPublicPost({ isPublic: () => true });

interface Received {
  readonly headers: Headers;
  readonly body: string;
}

async function listen(status: number): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = new Headers(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      received.push({ headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/done`, received };
}

it('sends the run, with a signature that a library for such webhooks accepts', async () => {
  const { url, received } = await listen(204);
  await sendCallback(url, RUN, { secret: SECRET, now: Date.now(), post });
  const [{ headers, body } = { headers: new Headers(), body: '' }] = received;
  expect(JSON.parse(body)).toEqual(RUN);
  const signed = {
    id: headers.get('webhook-id') ?? '',
    timestamp: headers.get('webhook-timestamp') ?? '',
    signature: headers.get('webhook-signature') ?? '',
    body,
  };
  expect(await validateWebhook({ ...signed, secret: SECRET })).toBe(true);
  expect(await validateWebhook({ ...signed, body: `${body} `, secret: SECRET })).toBe(false);
});

it.each([301, 408, 429, 500, 503])(
  'may be tried again after %i, and no redirect is followed',
  async (status) => {
    const { url, received } = await listen(status);
    const sent = sendCallback(url, RUN, { secret: SECRET, now: 0, post });
    await expect(sent).rejects.toThrow(`answered with ${status}`);
    await expect(sent).rejects.not.toBeInstanceOf(ReplyGoneError);
    expect(received).toHaveLength(1);
  },
);

it.each([400, 404, 410])('is given up after %i', async (status) => {
  const { url } = await listen(status);
  await expect(sendCallback(url, RUN, { secret: SECRET, now: 0, post })).rejects.toBeInstanceOf(
    ReplyGoneError,
  );
});

it.each([
  'http://127.0.0.1:1/',
  'http://localhost:1/',
  'http://[::1]:1/',
  'http://169.254.169.254/',
  'http://user:pass@example.com/',
])('is never sent to %s', async (url) => {
  const sent = sendCallback(url, RUN, { secret: SECRET, now: 0, post: createPublicPost() });
  await expect(sent).rejects.toBeInstanceOf(ReplyGoneError);
});

it('is given up where a name leads into our own network', async () => {
  const resolve = async () => [{ address: '10.0.0.1', family: 4 }];
  const options = { secret: SECRET, now: 0, post: createPublicPost({ resolve }) };
  const sent = sendCallback('http://inside.example/', RUN, options);
  await expect(sent).rejects.toThrow('the callback is not sent: That link does not lead to a public address');
  await expect(sent).rejects.toBeInstanceOf(ReplyGoneError);
});

it('goes out with the last message and not before', async () => {
  const sent: string[] = [];
  const ref = {
    surface: 'api',
    eventId: 'api:k/1',
    keyName: 'k',
    bodyHash: 'h',
    callback: 'https://example.com/',
  } as const;
  const reply = createApiReply(ref, async ({ eventId }) => void sent.push(eventId));
  await reply.write({ text: 'half' }, false);
  expect(sent).toEqual([]);
  await reply.write({ text: 'whole' }, true);
  expect(sent).toEqual(['api:k/1']);
});
