/** The web page as a surface: a conversation with the bot in the browser, served by the bot's own HTTP server. */

import type { Hono } from 'hono';
import type { Handler, Surface } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import type { Log } from '../../core/log.ts';
import type { AccessOptions, WebEnvironment } from './access.ts';
import { createConversations } from './conversations.ts';
import type { KeyValueStore } from './exchange-store.ts';
import { createWebApp } from './web-app.ts';
import { reopenWebReply } from './web-reply.ts';

export interface WebSurfaceOptions {
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly clock: Clock;
  readonly log: Log;
  readonly access: AccessOptions;
  /** Shown above the conversation, like "The sandbox plays Replicate". */
  readonly notice?: string;
  /** Keeps conversations over a restart; shared by all processes. A Keyv fits. */
  readonly store: KeyValueStore;
}

export interface WebSurface extends Surface {
  /** To be mounted at `/` of an HTTP server. */
  readonly app: Hono<WebEnvironment>;
}

/** `stop` ends the event streams, so that the HTTP server can close; the pages connect again when it is back. */
export function createWebSurface(options: WebSurfaceOptions): WebSurface {
  const conversations = createConversations(options);
  const stopped = new AbortController();
  let state: 'new' | 'ready' | 'draining' | 'stopped' = 'new';

  const app = createWebApp({
    ...options,
    conversations,
    draining: () => state === 'draining' || state === 'stopped',
    signal: stopped.signal,
  });

  return {
    name: 'web',
    app,
    async start() {
      state = 'ready';
    },
    async drain() {
      state = 'draining';
    },
    async stop() {
      state = 'stopped';
      stopped.abort();
    },
    get ready() {
      return state === 'ready';
    },
    reopen: (ref) => reopenWebReply(conversations, ref),
  };
}
