/** Tells webhooks what happens to predictions: signed, in order, at most one of a kind per half second. */
import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PredictionRecord, WebhookEvent } from './record.ts';

export interface WebhooksOptions {
  /** `whsec_` and the key in base64. */
  readonly secret: string;
  readonly limitSecondMs: number;
  readonly now: () => number;
  readonly show: (record: PredictionRecord) => object;
}

export interface Webhooks {
  notify(record: PredictionRecord, event: WebhookEvent): void;
  stop(): void;
}

const intervalMs = 500;
/** Only the last message is tried again, for about a minute. */
const retrySeconds = [1, 2, 4, 8, 16, 29];

export const newWebhookSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;

export function createWebhooks({ secret, limitSecondMs, now, show }: WebhooksOptions): Webhooks {
  const stopped = new AbortController();
  const queues = new Map<string, Promise<void>>();
  const waiting = new Map<string, NodeJS.Timeout>();
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

  async function post(url: string, id: string, body: string): Promise<boolean> {
    const timestamp = String(Math.floor(now() / 1000));
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature}`,
        },
        body,
        signal: stopped.signal,
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  async function deliver(url: string, body: string, event: WebhookEvent): Promise<void> {
    const id = `msg_${randomBytes(18).toString('base64url')}`;
    for (const seconds of event === 'completed' ? [0, ...retrySeconds] : [0]) {
      if (seconds > 0) {
        await sleep(seconds * limitSecondMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      }
      if (stopped.signal.aborted || (await post(url, id, body))) return;
    }
  }

  function send(record: PredictionRecord, url: string, event: WebhookEvent): void {
    const body = JSON.stringify(show(record));
    const before = queues.get(record.id) ?? Promise.resolve();
    const sent = before.then(() => deliver(url, body, event));
    queues.set(record.id, sent);
    void sent.then(() => {
      if (queues.get(record.id) === sent) queues.delete(record.id);
    });
  }

  return {
    notify(record, event) {
      const { webhook } = record;
      if (webhook === undefined) return;
      if (event === 'completed') {
        for (const kind of ['output', 'logs']) {
          clearTimeout(waiting.get(`${record.id}/${kind}`));
          waiting.delete(`${record.id}/${kind}`);
        }
      }
      if (!record.webhookEvents.includes(event)) return;
      if (event === 'start' || event === 'completed') return send(record, webhook, event);
      const slot = `${record.id}/${event}`;
      if (waiting.has(slot)) return;
      const timer = setTimeout(() => {
        waiting.delete(slot);
        send(record, webhook, event);
      }, intervalMs);
      waiting.set(slot, timer);
    },
    stop() {
      stopped.abort();
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
