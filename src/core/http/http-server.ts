/** The bot's one HTTP server: probes and metrics of its own, and whatever else is mounted on it. */

import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Clock } from '../clock.ts';
import { describeError, type Log } from '../log.ts';
import { listen, makeClosable } from './listening.ts';
import { createMounts, type Fetch, type MountOptions } from './mounts.ts';
import { addProbes, type Metrics, type Readiness } from './probes.ts';
import { securityHeaders } from './security-headers.ts';

/** A request has this long to arrive, body included; answers may take as long as they like (streams do). */
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 15_000;

/** How long answers under way may take after `stop` was called. */
const STOP_GRACE_MS = 2_000;

const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

export interface HttpServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly log: Log;
  readonly clock: Clock;
  /** Every surface and whether it is connected right now, for /readyz. */
  readonly readiness: () => readonly Readiness[];
  /** A prom-client registry fits; without one there is no /metrics. */
  readonly metrics?: Metrics;
}

export interface HttpServer {
  /**
   * Sends everything at or below `path` to `fetch`, which sees the whole URL. The longest path wins, so `/` takes what
   * nothing else does. May be called before or after `start`.
   */
  mount(path: string, fetch: Fetch, options?: MountOptions): void;
  /** Resolves when connections are accepted. Throws OperatorError when the port can't be had. */
  start(): Promise<{ readonly url: string }>;
  /** Accepts nothing more, lets answers end for two seconds, then cuts what is left (event streams). */
  stop(): Promise<void>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { host, port, log, clock } = options;
  const mounts = createMounts();
  const app = new Hono<{ Bindings: object }>();

  app.use(securityHeaders);
  addProbes(app, options.readiness, options.metrics);
  app.use((context, next) => {
    const maxSize = mounts.find(context.req.path)?.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
    const onError = () => context.json({ error: `A request may have ${maxSize} bytes at most.` }, 413);
    return bodyLimit({ maxSize, onError })(context, next);
  });
  app.all('*', (context) => {
    const mount = mounts.find(context.req.path);
    return mount ? mount.fetch(context.req.raw, context.env) : context.notFound();
  });
  app.notFound((context) => context.json({ error: 'There is nothing here.' }, 404));
  app.onError((error, context) => {
    log.error({ error: describeError(error), path: context.req.path }, 'an HTTP request failed');
    return context.json({ error: 'Something went wrong here; the log says what.' }, 500);
  });

  let close: ReturnType<typeof makeClosable> | undefined;
  return {
    mount: mounts.add,
    async start() {
      const timeouts = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS };
      const server = createServer(timeouts, getRequestListener(app.fetch));
      close = makeClosable(server, clock);
      const url = await listen(server, host, port);
      log.info({ url }, 'HTTP server listening');
      return { url };
    },
    async stop() {
      await close?.(STOP_GRACE_MS);
      close = undefined;
    },
  };
}
