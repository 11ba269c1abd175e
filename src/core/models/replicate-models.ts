/** The Models port on Replicate's HTTP API. */

import type { Prediction as ApiPrediction } from 'replicate';
import Replicate from 'replicate';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { WakeUps } from '../wake-ups.ts';
import { createOpenEventStream } from './event-stream.ts';
import { explain, explained } from './failures.ts';
import { createReplicateFetch } from './fetch.ts';
import { findPredictions } from './find.ts';
import { createFollow } from './follow.ts';
import { createLimiter } from './limiter.ts';
import type { Models, Prediction, PredictionRequest } from './prediction.ts';
import { CreateUncertainError } from './prediction.ts';
import { readPrediction } from './read-prediction.ts';
import { parseReference } from './reference.ts';
import { RefusalError } from './refusal.ts';
import { createMemoryModelCache, createResolve, type ModelCache } from './resolve.ts';
import { searchModels } from './search-models.ts';
import { createUpload } from './upload.ts';

export interface ReplicateModelsOptions {
  readonly token: string;
  /** `https://api.replicate.com/v1` unless a gateway, the sandbox or a test stands in. */
  readonly baseUrl?: string;
  readonly fetch?: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
  /** In memory unless given. */
  readonly cache?: ModelCache;
  /** What Replicate calls when a prediction has ended, and the waits that this ends. */
  readonly webhook?: { readonly url: string; readonly wakeUps: WakeUps };
  /** One attempt at one call: 30 s. */
  readonly timeoutMs?: number;
  /** A stream that is silent for this long is checked on: 30 s. */
  readonly stallMs?: number;
  /** 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}

/** Replicate's limits for an account in good standing (replicate.com/docs/topics/predictions/rate-limits). */
const CREATES_PER_MINUTE = 600;
const OTHERS_PER_MINUTE = 3000;
const MAX_WAIT_MS = 60_000;
/** Predictions run for 30 minutes at most; an outage this long is given up on, and the run found again later. */
const PATIENCE_MS = 10 * 60_000;
const SHORTEST_DEADLINE_SECONDS = 5;

/** Nothing is asked of Replicate before the first call. */
export function createReplicateModels(options: ReplicateModelsOptions): Models {
  const { token, clock, log, webhook, fetch: plainFetch = globalThis.fetch, stallMs = 30_000 } = options;
  const limits = { clock, maxWaitMs: MAX_WAIT_MS };
  const baseUrl = options.baseUrl ?? 'https://api.replicate.com/v1';
  const others = createLimiter({ perMinute: OTHERS_PER_MINUTE, ...limits });
  const client = new Replicate({
    auth: token,
    baseUrl,
    userAgent: 'replibot',
    useFileOutput: false,
    fetch: createReplicateFetch({
      fetch: plainFetch,
      token,
      clock,
      log,
      creates: createLimiter({ perMinute: CREATES_PER_MINUTE, ...limits }),
      others,
      timeoutMs: options.timeoutMs ?? 30_000,
      maxWaitMs: MAX_WAIT_MS,
      random: options.random ?? Math.random,
    }),
  });
  const resolve = createResolve(client, options.cache ?? createMemoryModelCache(clock));

  const get = async (id: string, signal?: AbortSignal) =>
    readPrediction(await client.predictions.get(id, signal ? { signal } : {}));

  const follow = createFollow({
    get,
    open: createOpenEventStream(plainFetch),
    clock,
    log,
    stallMs,
    patienceMs: PATIENCE_MS,
    rest: (id, ms, signal) => (webhook ? webhook.wakeUps.sleep(id, ms, signal) : clock.sleep(ms, signal)),
  });

  const upload = createUpload({ token, baseUrl, fetch: plainFetch, limiter: others, clock, log });

  async function send(request: PredictionRequest, signal: AbortSignal | undefined): Promise<Prediction> {
    const parsed = parseReference(request.model);
    const isDeployment = parsed.kind === 'deployment';
    const path = isDeployment ? `/${request.model}/predictions` : '/predictions';
    const deadlineSeconds = Math.max(SHORTEST_DEADLINE_SECONDS, Math.ceil(request.deadlineSeconds));
    const response = await client.request(path, {
      method: 'POST',
      headers: { 'Cancel-After': `${deadlineSeconds}s` },
      data: {
        input: request.input,
        ...(!isDeployment && { version: request.model }),
        ...(webhook && { webhook: webhook.url, webhook_events_filter: ['completed'] }),
      },
      ...(signal && { signal }),
    });
    const created = (await response.json()) as ApiPrediction;
    if (!created.id) throw new CreateUncertainError('a create was answered without an id');
    return readPrediction(created);
  }

  return {
    resolve,

    async create(request, signal) {
      const what = `The model ${request.model.replace(/:[0-9a-f]{64}$/, '')}`;
      try {
        return await send(request, signal);
      } catch (error) {
        const wantsSchema = error instanceof RefusalError && error.status === 422;
        // What is allowed makes the sentence better; without it the sentence is still true.
        const inputs = wantsSchema
          ? await resolve(request.model, signal).then(
              (model) => model.inputs,
              () => [],
            )
          : [];
        throw explain(error, { what, inputs });
      }
    },

    account: async () =>
      (await explained({ what: 'This account' }, () => client.accounts.current())).username,

    webhookSecret: async () =>
      (await explained({ what: 'The webhook secret' }, () => client.webhooks.default.secret.get())).key,

    get: (id, signal) => explained({ what: 'This prediction' }, () => get(id, signal)),

    async cancel(id) {
      await explained({ what: 'This prediction' }, () => client.predictions.cancel(id));
    },

    find: (request, since, signal) =>
      explained({ what: `The model ${request.model}` }, async () => {
        const found = await findPredictions(client, request, since, signal);
        return found.map(readPrediction);
      }),

    search: (query, signal) => explained({ what: 'The search' }, () => searchModels(client, query, signal)),

    upload: (file, signal) => explained({ what: 'The file' }, () => upload(file, signal)),

    async *follow(id, signal) {
      try {
        yield* follow(id, signal);
      } catch (error) {
        throw explain(error, { what: 'This prediction' });
      }
    },
  };
}
