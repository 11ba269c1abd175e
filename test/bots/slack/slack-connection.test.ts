/** Tokens, sockets and signatures, on the wire. */

import { afterEach, describe, expect, it } from 'vitest';
import { OperatorError } from '../../../src/core/errors.ts';
import { signatureHeaders } from '../../standins/slack/http-mode.ts';
import { type Bench, createBench, eventually } from './slack-harness.ts';

let bench: Bench;
afterEach(() => bench.close());

describe('Slack credentials', () => {
  it('a refused bot token is the operator’s to fix, and is not in the message', async () => {
    bench = await createBench('http', { botToken: 'xoxb-wrong-secret' });
    const error = await bench.start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OperatorError);
    expect(String(error)).toContain('invalid_auth');
    expect(`${error} ${bench.logged.join()}`).not.toContain('wrong-secret');
  });

  it('so is a refused app token', async () => {
    bench = await createBench('socket', { appToken: 'xapp-wrong-secret' });
    const error = await bench.start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OperatorError);
    expect(String(error)).toContain('app token');
    expect(`${error} ${bench.logged.join()}`).not.toContain('wrong-secret');
  });
});

describe('Slack out of reach', () => {
  it('is nobody’s mistake, and connects when it is tried again', async () => {
    bench = await createBench('socket');
    bench.slack.failNext('auth.test', 'lost-request');
    const error = await bench.start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(OperatorError);
    expect(bench.surface.ready).toBe(false);
    await bench.start();
    expect(bench.surface.ready).toBe(true);
  });
});

describe('Socket Mode', () => {
  it('comes back at once when Slack renews the connection', async () => {
    bench = await createBench('socket');
    await bench.start();
    const before = performance.now();
    bench.slack.sockets.disconnect('refresh_requested');
    await bench.slack.mention('<@bot> still there?');
    await eventually(() => bench.slack.messages()[0]);
    expect(bench.slack.sockets.opened).toBe(2);
    expect(performance.now() - before).toBeLessThan(3000);
    expect(bench.surface.ready).toBe(true);
  });

  it('stops cleanly while it is reconnecting', async () => {
    bench = await createBench('socket');
    await bench.start();
    bench.slack.sockets.silent = true;
    bench.slack.sockets.disconnect('warning');
    await eventually(() => bench.slack.sockets.opened === 2);
    await bench.surface.stop();
    expect(bench.surface.ready).toBe(false);
    expect(bench.slack.sockets.opened).toBe(2);
  });

  it('takes nothing new when drained, but still writes', async () => {
    bench = await createBench('socket');
    await bench.start();
    await bench.slack.mention('<@bot> go');
    const reply = await eventually(() => bench.replies[0]);
    await eventually(() => bench.slack.messages()[0]);
    await bench.surface.drain();
    await eventually(() => bench.slack.sockets.connections === 0);
    await expect(reply.write({ text: 'later' }, true)).resolves.toBe('shown');
  });
});

describe('POST /slack/events', () => {
  const body = JSON.stringify({ type: 'url_verification', challenge: 'c-1' });
  const nowSeconds = () => Math.floor(Date.now() / 1000);

  async function post(text: string, headers: Record<string, string>): Promise<Response> {
    const { httpHandler } = bench.surface;
    if (!httpHandler) throw new Error('no HTTP handler');
    const request = {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json', ...headers },
    };
    return httpHandler(new Request('http://bot/slack/events', request));
  }

  it('answers Slack’s verification', async () => {
    bench = await createBench('http');
    const answer = await post(body, signatureHeaders(bench.slack.world.signingSecret, body, nowSeconds()));
    expect(await answer.json()).toEqual({ challenge: 'c-1' });
  });

  it('refuses what is not signed, signed otherwise, altered, too old or from the future', async () => {
    bench = await createBench('http');
    const secret = bench.slack.world.signingSecret;
    const statuses = await Promise.all([
      post(body, {}),
      post(body, signatureHeaders('another', body, nowSeconds())),
      post(`${body} `, signatureHeaders(secret, body, nowSeconds())),
      post(body, signatureHeaders(secret, body, nowSeconds() - 301)),
      post(body, signatureHeaders(secret, body, nowSeconds() + 310)),
      post(body, { ...signatureHeaders(secret, body, nowSeconds()), 'x-slack-signature': 'v0=é' }).catch(
        () => ({ status: 401 }),
      ),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual(Array(6).fill(401));
  });

  it('refuses what is too long before it looks at it', async () => {
    bench = await createBench('http');
    expect((await post('x'.repeat(4 * 1024 * 1024 + 1), {})).status).toBe(413);
  });

  it('sends Slack elsewhere when drained', async () => {
    bench = await createBench('http');
    await bench.start();
    await bench.surface.drain();
    const { delivery } = await bench.slack.mention('<@bot> hello');
    expect(delivery.failure).toBe('503');
    expect(bench.invocations).toEqual([]);
  });
});
