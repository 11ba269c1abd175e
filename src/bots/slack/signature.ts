/** Slack's request signature: hex HMAC-SHA256 of `v0:{timestamp}:{body}`, not older or newer than five minutes. */

import { createHmac, timingSafeEqual } from 'node:crypto';

const WINDOW_SECONDS = 5 * 60;

/** Whether the body is Slack's. `body` is exactly what arrived. */
export function isSignedBySlack(secret: string, headers: Headers, body: Uint8Array, nowMs: number): boolean {
  const timestamp = headers.get('x-slack-request-timestamp') ?? '';
  const signature = headers.get('x-slack-signature') ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > WINDOW_SECONDS) return false;
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
  const expected = Buffer.from(`v0=${digest}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
