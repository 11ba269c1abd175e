/** Other programs as a surface: they ask over HTTP with a key of their own, and are answered by polling, events or a callback. */

import type { Hono } from 'hono';
import type { Surface } from '../../core/surface.ts';
import { type ApiAppOptions, createApiApp } from './api-app.ts';
import { type ApiReplyRef, assertApiReplyRef, createApiReply } from './api-reply.ts';
import type { ApiEnvironment } from './authenticate.ts';
import { type Post, sendCallback } from './callback.ts';
import { describeRun } from './run-body.ts';

export interface ApiSurfaceOptions extends Omit<ApiAppOptions, 'notify' | 'draining' | 'signal'> {
  /** Sends callbacks: only to public addresses, since callers name them. */
  readonly post: Post;
}

export interface ApiSurface extends Surface {
  /** To be mounted at `/v1` of an HTTP server. */
  readonly app: Hono<ApiEnvironment>;
}

export function createApiSurface(options: ApiSurfaceOptions): ApiSurface {
  const { runs, models, keys, clock, post, log } = options;
  const stopped = new AbortController();
  let state: 'new' | 'ready' | 'draining' | 'stopped' = 'new';

  async function notify({ eventId, keyName, callback }: ApiReplyRef): Promise<void> {
    const run = await runs.ofEvent(eventId);
    const secret = await keys.callbackSecret(keyName);
    if (!run || callback === undefined) return;
    if (secret === undefined) {
      log.warn({ run: run.id, key: keyName }, 'no callback is sent: its key was revoked');
      return;
    }
    await sendCallback(callback, await describeRun(run, models), { secret, now: clock.now(), post });
  }

  const app = createApiApp({
    ...options,
    notify,
    draining: () => state === 'draining' || state === 'stopped',
    signal: stopped.signal,
  });

  return {
    name: 'api',
    app,
    async start() {
      state = 'ready';
    },
    async drain() {
      state = 'draining';
    },
    async stop() {
      state = 'stopped';
      stopped.abort(new Error('the process is stopping'));
    },
    get ready() {
      return state === 'ready';
    },
    reopen: (ref) => createApiReply(assertApiReplyRef(ref), notify),
  };
}
