/** The page over HTTP: what it accepts, whom it lets in, and what model output may do (nothing). */

import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createDirectedHandler,
  openPlayground,
  type Playground,
  type SeenExchange,
  watch,
} from './playground.ts';

let playground: Playground | undefined;
afterEach(async () => {
  await playground?.close();
  playground = undefined;
});

const CONVERSATION = 'conversation-1';
const ASK = { conversation: CONVERSATION, text: 'Hello' };

async function open(...args: Parameters<typeof openPlayground>): Promise<Playground> {
  playground = await openPlayground(...args);
  return playground;
}

/** fetch does not let one lie about the host. */
function statusWithHost(
  url: string,
  host: string,
  more: Record<string, string> = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { ...more, host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end();
  });
}

describe('a question', () => {
  it.each([
    ['Why is the sky blue?', 'ask', 'Why is the sky blue?'],
    ['/ask Why? --model llama', 'ask', 'Why? --model llama'],
    ['/BUDGET set 5', 'budget set', '5'],
    ['/budget view', 'budget', 'view'],
    ['/etc/hosts is what?', 'ask', '/etc/hosts is what?'],
  ])('%s reaches the handler as %s', async (text, command, rest) => {
    const handler = createDirectedHandler();
    const { post } = await open({ handler });
    const response = await post('/chat', { conversation: CONVERSATION, id: 'request-1', text });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ replyId: 'request-1' });
    expect(handler.invocations[0]?.invocation).toEqual({
      eventId: `web:${CONVERSATION}:request-1`,
      command,
      args: { form: 'text', text: rest },
      person: { id: 'web:local', name: 'local', platformAdmin: true },
      place: { surface: 'web', channel: CONVERSATION, direct: true },
      attachments: [],
    });
  });

  it('keeps the answer that is there when it is sent a second time', async () => {
    const handler = createDirectedHandler(async (reply) => {
      if (handler.invocations.length === 1) await reply.write({ text: 'Once' }, true);
    });
    const { post, url } = await open({ handler });
    await post('/chat', { ...ASK, id: 'request-1' });
    await post('/chat', { ...ASK, id: 'request-1' });
    const seen = await watch(`${url}/chat/${CONVERSATION}/events`, (all) => all.size > 0);
    expect([...seen.values()]).toMatchObject([{ question: 'Hello', blocks: ['<p>Once</p>\n'] }]);
    expect(new Set(handler.invocations.map(({ invocation }) => invocation.eventId)).size).toBe(1);
  });

  it.each([
    [{ conversation: '../../etc', text: 'x' }],
    [{ conversation: CONVERSATION, text: '  ' }],
    [{ text: 'x' }],
    ['text'],
  ])('%j is refused', async (body) => {
    const { post } = await open({ handler: createDirectedHandler() });
    expect((await post('/chat', body)).status).toBe(400);
  });

  it('is refused while the bot shuts down, so that it is not lost', async () => {
    const handler = createDirectedHandler();
    const { post, surface } = await open({ handler });
    await surface.drain();
    expect((await post('/chat', ASK)).status).toBe(503);
    expect(handler.invocations).toEqual([]);
    expect(surface.ready).toBe(false);
  });
});

it('passes a pressed button on and tells the person what came of it', async () => {
  const handler = createDirectedHandler();
  const { post } = await open({ handler });
  const press = { id: 'press-0001', buttonId: 'cancel:run-1', label: 'Cancel' };
  const response = await post(`/chat/${CONVERSATION}/press`, press);
  expect(await response.json()).toEqual({ text: 'Cancelled.' });
  expect(handler.presses).toMatchObject([
    { eventId: `web:${CONVERSATION}:press-0001`, id: 'cancel:run-1', person: { id: 'web:local' } },
  ]);
});

it('lists the commands with their options, completes a value, and passes the notice on', async () => {
  const { url } = await open({ handler: createDirectedHandler(), notice: 'The sandbox plays Replicate' });
  expect(await (await fetch(`${url}/commands`)).json()).toMatchObject({
    notice: 'The sandbox plays Replicate',
    commands: [
      { name: 'ask', options: [{ name: 'prompt' }, { name: 'model', suggests: true }, { name: 'file' }] },
      { name: 'transcribe', options: [{ name: 'audio', type: 'attachment' }] },
      { name: 'budget set' },
    ],
  });
  const suggestions = await fetch(`${url}/suggest?command=ask&option=model&typed=ll`);
  expect(await suggestions.json()).toEqual([{ name: 'llama', value: 'llama' }]);
});

it('forbids the browser everything but our own files', async () => {
  const { url } = await open({ handler: createDirectedHandler() });
  for (const path of ['/', '/assets/app.js', '/commands', '/assets/..%2f..%2fpackage.json']) {
    const { headers } = await fetch(url + path);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
  expect((await fetch(`${url}/assets/..%2f..%2fpackage.json`)).status).toBe(404);
});

describe('whom it lets in', () => {
  const handler = createDirectedHandler();

  it('answers this machine only under a loopback name, so that no rebound site can read along', async () => {
    const { url } = await open({ handler });
    expect(await statusWithHost(`${url}/commands`, 'localhost:1')).toBe(200);
    expect(await statusWithHost(`${url}/commands`, 'attacker.example')).toBe(403);
    expect(await statusWithHost(`${url}/commands`, 'localhost.attacker.example')).toBe(403);
    expect(await statusWithHost(`${url}/commands`, 'localhost', { 'X-Forwarded-For': '203.0.113.9' })).toBe(
      403,
    );
  });

  it('asks everybody for the admin token when it is open to the network', async () => {
    const { url, post } = await open({ handler, access: { loopback: false, adminToken: 'open sesame' } });
    const page = await fetch(url);
    expect(page.status).toBe(401);
    expect(await page.text()).toContain('Admin token');
    expect((await post('/chat', ASK)).status).toBe(401);
    expect((await fetch(`${url}/chat/${CONVERSATION}/events`)).status).toBe(401);

    const login = (token: string) =>
      fetch(`${url}/login`, { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual' });
    expect((await login('guess')).status).toBe(401);
    const right = await login('open sesame');
    expect(right.status).toBe(303);
    const cookie = right.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toContain('sesame');
    const session = cookie.split(';')[0] ?? '';
    expect((await post('/chat', ASK, { cookie: session })).status).toBe(202);
    expect(handler.invocations.at(-1)?.invocation.person.id).toBe('web:admin');
    const forged = session.replace(/=\d/, '=9');
    expect((await post('/chat', ASK, { cookie: forged })).status).toBe(401);
  });

  it('stops listening to guesses after five', async () => {
    const { url } = await open({ handler, access: { loopback: false, adminToken: 'open sesame' } });
    const login = async (token: string) =>
      (
        await fetch(`${url}/login`, {
          method: 'POST',
          body: new URLSearchParams({ token }),
          redirect: 'manual',
        })
      ).status;
    const statuses = [];
    for (const guess of ['1', '2', '3', '4', '5', 'open sesame']) statuses.push(await login(guess));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('is closed to the network when there is no admin token', async () => {
    const { url } = await open({ handler, access: { loopback: false } });
    expect((await fetch(url)).status).toBe(403);
  });

  it.each([
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
    [{ 'Sec-Fetch-Site': 'same-site' }, 403],
    [{ Origin: 'https://attacker.example' }, 403],
    [{ Origin: 'null' }, 403],
    [{ 'Content-Type': 'text/plain' }, 415],
    [{ 'Sec-Fetch-Site': 'same-origin' }, 202],
  ])('a request with %j is answered %i', async (headers, status) => {
    const { post } = await open({ handler });
    expect((await post('/chat', ASK, headers)).status).toBe(status);
  });
});

describe('what the model writes', () => {
  async function rendered(text: string): Promise<string> {
    const { post, url } = await open({
      handler: createDirectedHandler((reply) => reply.write({ text }, true).then()),
    });
    await post('/chat', ASK);
    const seen = await watch(`${url}/chat/${CONVERSATION}/events`, (all) => all.size > 0);
    return [...seen.values()].flatMap(({ blocks }: SeenExchange) => blocks).join('');
  }

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[click](javascript:alert(1))',
    '[click](JaVaScRiPt&colon;alert(1))',
    '[click](data:text/html;base64,PHNjcmlwdD4=)',
    '[click](vbscript:x) <javascript:alert(1)>',
    '[click](/login) [click](//attacker.example)',
    '![x](javascript:alert(1)) ![x" onerror="alert(1)](https://attacker.example/x.png)',
    '```js" onmouseover="alert(1)\ncode\n```',
    '| a |\n|:-:|\n| <svg onload=alert(1)> |',
    '[a](https://a.example "x\\" onclick=\\"alert(1)")',
  ])('is inert: %s', async (text) => {
    const html = await rendered(text);
    const tags = html.match(/<[^>]*>/g) ?? [];
    for (const tag of tags) {
      expect(tag).not.toMatch(/^<\/?(script|img|svg|iframe|object|form|style)/i);
      expect(tag.replace(/"[^"]*"/g, '""')).not.toMatch(/\son|style=/i);
      const address = /href="([^"]*)"/.exec(tag)?.[1];
      if (address !== undefined) expect(address).toMatch(/^https?:\/\/|^mailto:/);
    }
  });

  it('links to where it says, in a new tab, without a referrer', async () => {
    expect(await rendered('[docs](https://docs.example/a?b=1&c=2)')).toBe(
      '<p><a href="https://docs.example/a?b=1&amp;c=2" rel="noopener noreferrer nofollow" target="_blank">docs</a></p>\n',
    );
  });

  it('names a picture instead of loading it', async () => {
    const html = await rendered('![A fox](https://replicate.delivery/fox.png)');
    expect(html).toContain('href="https://replicate.delivery/fox.png"');
    expect(html).not.toContain('<img');
  });
});
