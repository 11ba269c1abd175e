/** Replicate, or the sandbox that plays it; with a public address its webhooks wake whoever waits for a prediction. */

import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config/config.ts';
import type { Log } from '../core/log.ts';
import type { Models } from '../core/models/prediction.ts';
import { createReplicateModels } from '../core/models/replicate-models.ts';
import { createWebhookReceiver } from '../core/models/webhooks.ts';
import { openPostgresNotices } from '../core/storage/postgres-notices.ts';
import { createWakeUps } from '../core/wake-ups.ts';
import { createSandbox } from '../sandbox/server.ts';
import type { StopStack } from './stop-stack.ts';

export const SANDBOX_NOTICE =
  'No Replicate account: the sandbox plays Replicate. No model runs and nothing is billed.';

export interface ReplicateParts {
  readonly models: Models;
  readonly apiUrl: string;
  /** Answers Replicate's webhooks; only with a public address. */
  readonly receiveWebhook?: (request: Request) => Promise<Response>;
}

export const WEBHOOK_PATH = '/webhooks/replicate';

export async function connectReplicate(options: {
  readonly config: Config;
  /** True the first time that an event is seen, by whichever process. */
  readonly takeEvent: (id: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  readonly stops: StopStack;
}): Promise<ReplicateParts> {
  const { config, clock, log, stops } = options;
  const { token, apiUrl } = config.replicate.token
    ? { token: config.replicate.token, apiUrl: config.replicate.apiUrl }
    : { token: 'sandbox', apiUrl: await startSandbox() };
  const { publicUrl } = config.http;
  if (!publicUrl) return { models: createReplicateModels({ token, baseUrl: apiUrl, clock, log }), apiUrl };

  const wakeUps = createWakeUps(clock);
  const tellOthers = openNotices(wakeUps.wake);
  const webhook = { url: `${publicUrl}${WEBHOOK_PATH}`, wakeUps };
  const models = createReplicateModels({ token, baseUrl: apiUrl, clock, log, webhook });
  const receiveWebhook = createWebhookReceiver({
    secret: models.webhookSecret,
    isNew: (id) => options.takeEvent(`webhook:${id}`),
    onEnded(predictionId) {
      wakeUps.wake(predictionId);
      tellOthers(predictionId);
    },
    clock,
    log,
  });
  return { models, apiUrl, receiveWebhook };

  async function startSandbox(): Promise<string> {
    const sandbox = createSandbox({ coldBootMs: 600 });
    const { url } = await sandbox.start();
    stops.add(() => sandbox.stop());
    return url;
  }

  /** Any process may get the webhook of a run that another one follows; several processes share a Postgres. */
  function openNotices(onNotice: (predictionId: string) => void): (predictionId: string) => void {
    if (!config.databaseUrl.startsWith('postgres')) return () => undefined;
    const notices = openPostgresNotices({ databaseUrl: config.databaseUrl, onNotice, clock, log });
    stops.add(() => notices.close());
    return notices.publish;
  }
}
