/** The sandbox: an HTTP server on loopback that plays Replicate's API. No model runs, nothing is billed. */
import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { catalogueRoutes } from './catalogue-routes.ts';
import { controlRoutes } from './control-routes.ts';
import { type Faults, faultsSchema, healthy } from './faults.ts';
import { createOpenGivenFile } from './given-file.ts';
import { outputRoutes } from './output-routes.ts';
import { createOutputs } from './outputs.ts';
import { type Env, predictionRoutes, streamRoutes } from './prediction-routes.ts';
import { createPredictions } from './predictions.ts';
import { notFound, Problem, problemOf, throttled, unauthenticated } from './problems.ts';
import { createRateLimit } from './rate-limit.ts';
import { type PredictionRecord, showPrediction } from './record.ts';
import { createUploads } from './uploads.ts';
import { createWebhooks, newWebhookSecret } from './webhooks.ts';

/** Any fault can be given from the start; without, Replicate is healthy. */
export interface SandboxOptions extends Partial<Omit<Faults, 'answer'>> {
  /** The one token that is let in; without, any is. */
  readonly token?: string;
  /** What text models answer, word for word or from the input as it was sent. Default: made from the prompt. */
  readonly answer?: string | null | ((input: Readonly<Record<string, unknown>>) => string);
  /** How long a second of a limit lasts (Cancel-After, 30 minutes, data removed after an hour). Default 1000. */
  readonly limitSecondMs?: number;
  /**
   * Models fetch the links in their input, from anywhere. Default: they read what was uploaded or drawn here and data URIs,
   * and leave links alone, since this machine can reach what a person who names a link can't.
   */
  readonly fetchLinks?: boolean;
  /** `whsec_…`; default: a new one. */
  readonly webhookSecret?: string;
  /** Milliseconds since the epoch, for every time the API shows and for what expires. Default: the real clock. */
  readonly now?: () => number;
}

export interface Sandbox {
  /** Listens on 127.0.0.1; port 0 (the default) takes a free one. The url is like `http://127.0.0.1:8100/v1`. */
  start(port?: number): Promise<{ readonly url: string }>;
  /** Cuts every connection and leaves every prediction where it is. */
  stop(): Promise<void>;
  /** Every prediction that was created, oldest first, kept up to date. */
  readonly predictions: readonly PredictionRecord[];
  /** Change it at any time. */
  readonly faults: Faults;
}

/** Throws when a fault is not a possible one. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const {
    token,
    answer,
    limitSecondMs = 1000,
    fetchLinks = false,
    webhookSecret = newWebhookSecret(),
    now = Date.now,
    ...given
  } = options;
  const faults = faultsSchema.parse({
    ...healthy(),
    ...given,
    answer: typeof answer === 'string' ? answer : null,
  });
  let origin = '';
  let server: Server | undefined;
  const limits = { now, limitSecondMs, origin: () => origin };
  const uploads = createUploads(limits);
  const outputs = createOutputs({ ...limits, faults });
  const webhooks = createWebhooks({
    secret: webhookSecret,
    limitSecondMs,
    now,
    show: (record) => showPrediction(record, origin),
  });
  const predictions = createPredictions({
    faults,
    outputs,
    openGivenFile: createOpenGivenFile({ openOwn, fetchLinks }),
    limitSecondMs,
    now,
    answer: typeof answer === 'function' ? answer : undefined,
    onChange: webhooks.notify,
  });
  function openOwn(url: string): Readable | undefined {
    const [kind, id = '', name = ''] = url.startsWith(`${origin}/`)
      ? url
          .slice(origin.length + 1)
          .replace(/^v1\//, '')
          .split('/')
      : [];
    if (kind === 'files') return uploads.open(id);
    const made = kind === 'output' ? outputs.find(id, name) : undefined;
    return made && Readable.from([made.bytes()]);
  }

  const creates = createRateLimit(Date.now);
  const reads = createRateLimit(Date.now);
  const routes = { predictions, faults, origin: () => origin };

  const app = new Hono<Env>()
    .onError((error) => (error instanceof Problem ? error : problemOf(500, 1)).toResponse())
    .notFound(() => notFound().toResponse())
    .route('/_sandbox', controlRoutes(predictions, uploads, faults))
    .route('/output', outputRoutes(outputs, faults))
    .use('/v1/*', async (_, next) => {
      if (faults.responseDelayMs > 0)
        await new Promise((resolve) => setTimeout(resolve, faults.responseDelayMs));
      await next();
    })
    .route('/v1', streamRoutes(routes))
    .use('/v1/*', async (c, next) => {
      const sent = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
      if (sent === undefined || (token !== undefined && sent !== token)) throw unauthenticated();
      const creating = c.req.method === 'POST' && c.req.path.endsWith('/predictions');
      const wait = creating ? creates.take(faults.createsPerMinute) : reads.take(faults.readsPerMinute);
      if (wait !== undefined) throw throttled(wait);
      await next();
    })
    .route('/v1', predictionRoutes(routes))
    .route('/v1', catalogueRoutes({ uploads, faults, webhookSecret }));

  return {
    faults,
    predictions: predictions.all,
    start(port = 0) {
      return new Promise((resolve, reject) => {
        const listening = createAdaptorServer({ fetch: app.fetch }) as Server;
        server = listening;
        listening.once('error', reject);
        listening.listen(port, '127.0.0.1', () => {
          const address = listening.address();
          origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`;
          resolve({ url: `${origin}/v1` });
        });
      });
    },
    async stop() {
      predictions.stop();
      webhooks.stop();
      uploads.stop();
      const closing = server;
      if (!closing?.listening) return;
      await new Promise<void>((resolve) => {
        closing.close(() => resolve());
        closing.closeAllConnections();
      });
    },
  };
}
