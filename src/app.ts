/** The composition root: config → core → surfaces → HTTP; start order, stop order. */

import { createCore } from './app/core.ts';
import { SANDBOX_NOTICE, WEBHOOK_PATH } from './app/replicate.ts';
import { createStopStack } from './app/stop-stack.ts';
import { createSurfaces } from './app/surfaces.ts';
import { formatCap } from './core/budget/cap.ts';
import type { SurfaceName } from './core/chat.ts';
import { systemClock } from './core/clock.ts';
import type { Config } from './core/config/config.ts';
import { createHttpServer } from './core/http/http-server.ts';
import type { Log } from './core/log.ts';
import { createMetrics } from './core/metrics.ts';
import { startSurface } from './core/start-surface.ts';
import type { Surface } from './core/surface.ts';

export interface App {
  /** Where the page is. */
  readonly url: string;
  /** Takes no new work, writes what is newest, leaves the runs to the next process. Resolves within ten seconds. */
  stop(): Promise<void>;
}

/** How long runs may take to let go, and of that the last words to be written. */
const LET_GO_MS = 5000;
const FLUSH_MS = 2000;

/**
 * Resolves when everything that is configured is connected, or, where a platform cannot be reached, is being tried again.
 * Throws OperatorError saying what is missing or refused.
 */
export async function startApp(config: Config, log: Log): Promise<App> {
  const clock = systemClock;
  const stops = createStopStack({ clock, log });
  try {
    const url = await assemble();
    announce(config, url, log);
    return { url, stop: stops.unwind };
  } catch (error) {
    await stops.unwind();
    throw error;
  }

  async function assemble(): Promise<string> {
    const surfaces = new Map<SurfaceName, Surface>();
    const core = await createCore({ config, surfaces: () => surfaces, clock, log, stops });
    const { runner, warnings, pacer, replicate } = core;
    const configured = await createSurfaces({ ...core, models: replicate.models, config, clock, log });
    for (const surface of configured.all) surfaces.set(surface.name, surface);

    const http = createHttpServer({
      ...config.http,
      log,
      clock,
      readiness: () => configured.all.map(({ name, ready }) => ({ name, ready })),
      metrics: createMetrics({ activeRuns: () => runner.activeRuns, rateLimited: () => pacer.rateLimited }),
    });
    configured.mountOn(http);
    if (replicate.receiveWebhook) http.mount(WEBHOOK_PATH, replicate.receiveWebhook);

    // First up and last down: /healthz answers while the surfaces connect, and event streams end before their server.
    const { url } = await http.start();
    stops.add(() => http.stop());
    for (const surface of configured.all) stops.add(() => surface.stop());
    const starting = new AbortController();
    stops.add(async () => starting.abort());
    const start = (surface: Surface) => startSurface(surface, { clock, log, signal: starting.signal });
    await Promise.all(configured.all.map(start));
    await runner.start();
    await warnings.start();
    stops.add(async () => {
      // The order matters: nothing new, then the last words, then the leases, and only then the connections.
      await Promise.all(configured.all.map((surface) => surface.drain()));
      const stopping = Promise.all([runner.stop(), warnings.stop()]);
      await pacer.flush(FLUSH_MS);
      await stopping;
    }, LET_GO_MS);
    return url;
  }
}

function announce(config: Config, url: string, log: Log): void {
  if (!config.replicate.token) log.warn({}, `REPLICATE_API_TOKEN is not set. ${SANDBOX_NOTICE}`);
  if (!config.discord) log.info({}, 'DISCORD_TOKEN is not set: not on Discord');
  if (!config.slack) log.info({}, 'SLACK_BOT_TOKEN is not set: not on Slack');
  const { eachPerson, everybody, byDefault } = config.budgets;
  const source = byDefault ? ' (the defaults; set others under budgets: in replibot.yaml)' : '';
  log.info(
    {},
    `Budgets: each person ${formatCap(eachPerson)}, everybody together ${formatCap(everybody)}${source}`,
  );
  log.info({}, `The playground is at ${url}/`);
}
