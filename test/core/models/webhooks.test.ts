/** Replicate's webhooks: only real, fresh and new ones wake anybody. */

import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createWebhookReceiver } from '../../../src/core/models/webhooks.ts';
import { createWakeUps } from '../../../src/core/wake-ups.ts';
import { createFakeClock } from '../../fake-clock.ts';

const KEY = Buffer.from('replicate signs with this');
const NOW = Date.parse('2026-11-21T12:00:00Z');
const BODY = JSON.stringify({ id: 'prediction-1', status: 'succeeded' });

function setUp(options: { secret?: () => Promise<string> } = {}) {
  const woken: string[] = [];
  const logged: string[] = [];
  const seen = new Set<string>();
  const note = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const receive = createWebhookReceiver({
    secret: options.secret ?? (async () => `whsec_${KEY.toString('base64')}`),
    isNew: async (id) => !seen.has(id) && seen.add(id).size > 0,
    onEnded: (id) => void woken.push(id),
    clock: createFakeClock(NOW),
    log: { debug: note, info: note, warn: note, error: note },
  });
  return { receive, woken, logged };
}

function signed(
  changes: { id?: string; at?: number; body?: string; sent?: string; signature?: string } = {},
): Request {
  const { id = 'msg_1', at = NOW, body = BODY } = changes;
  const timestamp = String(Math.floor(at / 1000));
  const right = createHmac('sha256', KEY).update(`${id}.${timestamp}.${body}`).digest('base64');
  return new Request('https://bot.example/webhooks/replicate', {
    method: 'POST',
    body: changes.sent ?? body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': changes.signature ?? `v1,${right}`,
    },
  });
}

describe('a webhook', () => {
  it('wakes whoever follows its prediction, once however often it comes', async () => {
    const { receive, woken } = setUp();
    expect((await receive(signed())).status).toBe(204);
    expect((await receive(signed())).status).toBe(204);
    expect(woken).toEqual(['prediction-1']);
  });

  it('may carry the signature of another secret beside the right one', async () => {
    const { receive, woken } = setUp();
    const right = signed().headers.get('webhook-signature');
    await receive(signed({ signature: `v1,${Buffer.alloc(32).toString('base64')} ${right}` }));
    expect(woken).toEqual(['prediction-1']);
  });

  it.each([
    ['with another body', { sent: BODY.replace('1', '2') }],
    ['with a wrong signature', { signature: `v1,${Buffer.alloc(32).toString('base64')}` }],
    ['with a cut signature', { signature: 'v1,AAAA' }],
    ['of another version', { signature: 'v0,AAAA' }],
    ['without a signature', { signature: '' }],
    ['older than five minutes', { at: NOW - 5 * 60_000 - 1000 }],
    ['from the future', { at: NOW + 5 * 60_000 + 1000 }],
    ['without an id', { id: '' }],
  ])('%s is refused', async (_what, changes) => {
    const { receive, woken, logged } = setUp();
    expect((await receive(signed(changes))).status).toBe(401);
    expect(woken).toEqual([]);
    expect(logged.join()).toContain('a webhook was refused');
  });

  it('is sent again by Replicate when its secret cannot be asked for, which is then asked for anew', async () => {
    let asked = 0;
    const secret = async () => {
      asked++;
      if (asked === 1) throw new Error('Replicate is away');
      return `whsec_${KEY.toString('base64')}`;
    };
    const { receive, woken } = setUp({ secret });
    expect((await receive(signed())).status).toBe(503);
    expect((await receive(signed())).status).toBe(204);
    expect((await receive(signed({ id: 'msg_2' }))).status).toBe(204);
    expect([woken.length, asked]).toEqual([2, 2]);
  });

  it('is a POST', async () => {
    const { receive } = setUp();
    expect((await receive(new Request('https://bot.example/webhooks/replicate'))).status).toBe(405);
  });
});

describe('a wait', () => {
  it('ends early when it is woken by its name, and for nobody else', async () => {
    const clock = createFakeClock(NOW);
    const wakeUps = createWakeUps(clock);
    const ended: string[] = [];
    const one = wakeUps.sleep('one', 5000).then(() => ended.push('one'));
    const two = wakeUps.sleep('two', 5000).then(() => ended.push('two'));
    wakeUps.wake('one');
    await one;
    expect(ended).toEqual(['one']);
    await clock.advance(5000);
    await two;
    expect(ended).toEqual(['one', 'two']);
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const wait = createWakeUps(createFakeClock(NOW)).sleep('one', 5000, stop.signal);
    stop.abort(new Error('the process is stopping'));
    await expect(wait).rejects.toThrow('the process is stopping');
  });
});
