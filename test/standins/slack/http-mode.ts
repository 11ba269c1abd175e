/** HTTP mode of the Slack stand-in: signs what it sends, as Slack does, and posts it to the bot's /slack/events. */

import { createHmac } from 'node:crypto';
import type { Carrier } from './deliveries.ts';
import type { Json } from './refusal.ts';

/** The headers that prove a body is Slack's: hex HMAC-SHA256 of `v0:{timestamp}:{body}`. */
export function signatureHeaders(
  secret: string,
  body: string,
  timestampSeconds: number,
): Record<string, string> {
  const digest = createHmac('sha256', secret).update(`v0:${timestampSeconds}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(timestampSeconds), 'x-slack-signature': `v0=${digest}` };
}

/** Posts to `target`; a status other than 200 is a failure with the status as its reason. */
export function createHttpCarrier(target: string, secret: string): Carrier {
  return async (kind, payload, attempt, reason) => {
    const { type, body } = encode(kind, payload);
    const response = await fetch(target, {
      method: 'POST',
      body,
      headers: {
        'content-type': type,
        ...signatureHeaders(secret, body, Math.floor(Date.now() / 1000)),
        ...(attempt > 0
          ? { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': String(reason) }
          : {}),
      },
    });
    if (response.status !== 200) throw new Error(String(response.status));
    await response.text();
  };
}

function encode(kind: string, payload: Json): { type: string; body: string } {
  if (kind === 'events_api') return { type: 'application/json', body: JSON.stringify(payload) };
  const form = new URLSearchParams();
  if (kind === 'interactive') form.set('payload', JSON.stringify(payload));
  else for (const [name, value] of Object.entries(payload)) form.set(name, String(value));
  return { type: 'application/x-www-form-urlencoded', body: form.toString() };
}
