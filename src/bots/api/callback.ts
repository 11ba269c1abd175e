/** Tells a program that its run has ended: a POST, signed as in the Standard Webhooks specification. */

import { createHmac } from 'node:crypto';
import { ReplyGoneError } from '../../core/errors.ts';
import { LinkRefusedError } from '../../core/files/link-errors.ts';
import type { RunBody } from './schemas.ts';

/** Sends a body to an address that somebody gave; resolves with the answer's status. */
export type Post = (
  url: string,
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
) => Promise<number>;

/**
 * Throws ReplyGoneError when the address is none that anything is sent to, says that it is gone (410) or will never take it
 * (other 4xx), and an Error, after which it may be tried again with the same id, when it does not take it now.
 */
export async function sendCallback(
  url: string,
  run: RunBody,
  options: { readonly secret: string; readonly now: number; readonly post: Post },
): Promise<void> {
  const body = JSON.stringify(run);
  const timestamp = String(Math.floor(options.now / 1000));
  const key = Buffer.from(options.secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${run.run_id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': run.run_id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  const status = await options.post(url, { body, headers }).catch((error: unknown) => {
    const refusal = [error, error instanceof Error && error.cause].find(
      (one) => one instanceof LinkRefusedError,
    );
    throw refusal ? new ReplyGoneError(`the callback is not sent: ${refusal.message}`) : error;
  });
  if (status >= 200 && status < 300) return;
  const mayChange = status >= 500 || status === 408 || status === 429 || status < 400;
  if (mayChange) throw new Error(`the callback was answered with ${status}`);
  throw new ReplyGoneError(`the callback was refused with ${status}`);
}
