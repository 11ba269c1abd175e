/** The web page as a surface: a conversation with the bot in the browser, served by the bot's own HTTP server. */

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Hono } from 'hono';
import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import type { Log } from '../../core/log.ts';
import type { Handler, Surface } from '../../core/surface.ts';
import type { AccessOptions, WebEnvironment } from './access.ts';
import { isId } from './conversation.ts';
import { createConversations } from './conversations.ts';
import { KEPT_MS, type KeyValueStore } from './exchange-store.ts';
import { createShownFiles } from './shown-files.ts';
import { keepFilesSwept } from './sweep-files.ts';
import { createUploads } from './uploads.ts';
import { createWebApp } from './web-app.ts';
import { createWebReply, reopenWebReply } from './web-reply.ts';

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
  /** Keeps their files; shared by all processes as well. Made when it is needed. */
  readonly filesDirectory: string;
}

export interface WebSurface extends Surface {
  /** To be mounted at `/` of an HTTP server. */
  readonly app: Hono<WebEnvironment>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** `stop` ends the event streams, so that the HTTP server can close; the pages connect again when it is back. */
export function createWebSurface(options: WebSurfaceOptions): WebSurface {
  const { clock, log, filesDirectory } = options;
  const shownDirectory = join(filesDirectory, 'answers');
  const uploadsDirectory = join(filesDirectory, 'uploads');
  const shownFiles = createShownFiles(shownDirectory);
  const conversations = createConversations({ ...options, files: shownFiles });
  const stopped = new AbortController();
  let swept: Promise<void> | undefined;
  let state: 'new' | 'ready' | 'draining' | 'stopped' = 'new';

  const app = createWebApp({
    ...options,
    conversations,
    shownFiles,
    uploads: createUploads(uploadsDirectory),
    draining: () => state === 'draining' || state === 'stopped',
    signal: stopped.signal,
  });

  return {
    name: 'web',
    app,
    async start() {
      state = 'ready';
      swept = keepFilesSwept({
        directories: [
          // Copied before the exchange is stored for the last time: a day more outlives it.
          { path: shownDirectory, keptMs: KEPT_MS + DAY_MS },
          { path: uploadsDirectory, keptMs: DAY_MS },
        ],
        clock,
        log,
        signal: stopped.signal,
      });
    },
    async drain() {
      state = 'draining';
    },
    async stop() {
      state = 'stopped';
      stopped.abort();
      await swept;
    },
    get ready() {
      return state === 'ready';
    },
    reopen: (ref) => reopenWebReply(conversations, ref),
    announce(channel) {
      if (!isId(channel)) throw new Error('not a conversation of the web page');
      return createWebReply(conversations, { conversation: channel, replyId: randomUUID() });
    },
  };
}
