/** Replicate's webhooks: checked to be Replicate's, fresh and new; each says that a prediction has ended. */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { describeError, type Log } from '../log.ts';

export interface WebhookReceiverOptions {
  /** `whsec_…`, asked of Replicate when the first one arrives. */
  readonly secret: () => Promise<string>;
  /** True the first time that an id is seen, by whichever process. */
  readonly isNew: (id: string) => Promise<boolean>;
  readonly onEnded: (predictionId: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Replicate's advice against replays (replicate.com/docs/topics/webhooks/verify-webhook). */
const MAX_AGE_SECONDS = 5 * 60;

/**
 * Answers in milliseconds: 204 when it is taken or was before, 401 when it is not Replicate's, 503 when that cannot be told
 * now, so that Replicate sends it again.
 */
export function createWebhookReceiver(
  options: WebhookReceiverOptions,
): (request: Request) => Promise<Response> {
  const { clock, log } = options;
  let known: Promise<string> | undefined;

  function secret(): Promise<string> {
    known ??= options.secret();
    known.catch(() => {
      known = undefined;
    });
    return known;
  }

  return async (request) => {
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { Allow: 'POST' } });
    const body = await request.text();
    const header = (name: string) => request.headers.get(`webhook-${name}`) ?? '';
    const [id, timestamp] = [header('id'), header('timestamp')];
    try {
      const age = Math.abs(clock.now() / 1000 - Number(timestamp));
      if (id === '' || !/^\d+$/.test(timestamp) || age > MAX_AGE_SECONDS)
        return refuse('it is too old, or undated');
      if (!isSigned(`${id}.${timestamp}.${body}`, header('signature'), await secret())) {
        return refuse('its signature is wrong');
      }
      if (await options.isNew(id)) {
        const predictionId = readPredictionId(body);
        if (predictionId !== undefined) options.onEnded(predictionId);
      }
      return new Response(null, { status: 204 });
    } catch (error) {
      log.error({ reason: describeError(error) }, 'a webhook could not be checked');
      return new Response(null, { status: 503 });
    }
  };

  function refuse(reason: string): Response {
    log.warn({ reason }, 'a webhook was refused');
    return new Response(null, { status: 401 });
  }
}

/** Compares in constant time; the header may hold several signatures while a secret is being changed. */
function isSigned(content: string, header: string, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(content).digest();
  return header.split(' ').some((part) => {
    const [version, signature = ''] = part.split(',');
    const given = Buffer.from(signature, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function readPredictionId(body: string): string | undefined {
  const json: unknown = JSON.parse(body);
  if (typeof json !== 'object' || json === null || !('id' in json)) return undefined;
  return typeof json.id === 'string' ? json.id : undefined;
}
