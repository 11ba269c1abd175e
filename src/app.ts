/** The composition root: config → storage → core → surfaces; start order, stop order. */

import { createDiscordSurface } from './bots/discord/surface.ts';
import { createSlackSurface } from './bots/slack/surface.ts';
import { createWebSurface } from './bots/web/web-surface.ts';
import { createCommands } from './commands/index.ts';
import { formatCap } from './core/budget/cap.ts';
import { createBudget } from './core/budget/ledger.ts';
import type { Surface, SurfaceName } from './core/chat.ts';
import { systemClock } from './core/clock.ts';
import type { Command } from './core/command.ts';
import type { Config } from './core/config/config.ts';
import { createConversations } from './core/conversations.ts';
import { createHandler } from './core/handler.ts';
import { createHttpServer } from './core/http/http-server.ts';
import { describeError, type Log } from './core/log.ts';
import { createMetrics } from './core/metrics.ts';
import { createReplicateModels } from './core/models/replicate-models.ts';
import { createPacer } from './core/reply/pacer.ts';
import { createPresenter } from './core/reply/presenters.ts';
import { createRequestLimits } from './core/request-limits.ts';
import { createLeases, createOwner, LEASE_MS } from './core/runs/leases.ts';
import { createRunner } from './core/runs/runner.ts';
import { createRunStore } from './core/runs/store.ts';
import { createCache } from './core/storage/cache.ts';
import { isEventTaken, takeEvent } from './core/storage/events.ts';
import { openDatabase } from './core/storage/open-database.ts';
import { connectRedisLimiter } from './core/storage/redis-limiter.ts';
import { keepSwept } from './core/storage/sweep.ts';
import { createSandbox } from './sandbox/server.ts';

export interface App {
  /** Where the page is. */
  readonly url: string;
  /** Takes no new work, writes what is newest, leaves the runs to the next process. Resolves within ten seconds. */
  stop(): Promise<void>;
}

/** How long the parts of a stop may take; together well under the ten seconds that a deploy waits. */
const LET_GO_MS = 4000;
const FLUSH_MS = 2000;
const CLOSE_MS = 2500;

const SANDBOX_NOTICE =
  'No Replicate account: the sandbox plays Replicate. No model runs and nothing is billed.';

/** Resolves when everything that is configured is connected. Throws OperatorError saying what is missing or refused. */
export async function startApp(config: Config, log: Log): Promise<App> {
  const clock = systemClock;
  const stack: (() => Promise<void>)[] = [];
  /** Undone in reverse order, whatever fails on the way. */
  const onStop = (undo: () => Promise<void>) => stack.push(undo);
  const unwind = async () => {
    for (const undo of stack.splice(0).toReversed()) {
      await within(CLOSE_MS, undo()).catch((error: unknown) => {
        log.warn({ reason: describeError(error) }, 'a part could not be closed in good order');
      });
    }
  };
  try {
    return await assemble();
  } catch (error) {
    await unwind();
    throw error;
  }

  async function assemble(): Promise<App> {
    const database = await openDatabase(config.databaseUrl, { log });
    onStop(() => database.close());
    const sweeping = new AbortController();
    const swept = keepSwept({ database, clock, log, signal: sweeping.signal });
    onStop(async () => {
      sweeping.abort();
      await swept;
    });
    const cache = createCache({ database, redisUrl: config.redisUrl, log });
    onStop(() => cache.disconnect());

    const models = await connectModels();
    const budget = createBudget({ database, clock, timezone: config.timezone, defaults: config.budgets });
    const owner = createOwner();
    const runs = createRunStore({ database, budget, clock, owner, leaseMs: LEASE_MS });
    const pacer = createPacer({ clock, log });
    const conversations = createConversations({ store: cache, ttlMs: config.ask.memoryMs });
    const surfaces = new Map<SurfaceName, Surface>();
    const runner = createRunner({
      store: runs,
      leases: createLeases({ database, clock, owner }),
      pacer,
      models,
      budget,
      conversations,
      clock,
      log,
      createPresenter,
      atOnce: config.limits.atOnce,
      surfaces: () => surfaces,
    });
    const commands = createCommands({ config, models, budget, conversations, runs, clock });
    const handler = createHandler({
      commands,
      admins: config.admins,
      timezone: config.timezone,
      runner,
      runs,
      limits: await createLimits(),
      pacer,
      budget,
      clock,
      log,
      events: {
        isTaken: (id) => isEventTaken(database, id),
        take: (id) => takeEvent(database, id, clock.now()),
      },
    });

    // With a public URL something forwards to us from elsewhere: whoever comes from this machine may be anybody.
    const loopback = ['127.0.0.1', '::1', 'localhost'].includes(config.http.host) && !config.http.publicUrl;
    const web = createWebSurface({
      commands,
      handler,
      clock,
      log,
      access: { loopback, ...(config.adminToken && { adminToken: config.adminToken }) },
      ...(!config.replicate.token && { notice: SANDBOX_NOTICE }),
      store: cache,
    });
    surfaces.set('web', web);
    if (config.discord)
      surfaces.set('discord', createDiscordSurface({ ...config.discord, commands, handler, clock, log }));
    const slack =
      config.slack &&
      createSlackSurface({
        botToken: config.slack.botToken,
        ...(config.slack.apiUrl && { apiUrl: config.slack.apiUrl }),
        ...config.slack.transport,
        commands,
        handler,
        clock,
        log,
      });
    if (slack) surfaces.set('slack', slack);

    const http = createHttpServer({
      ...config.http,
      log,
      clock,
      readiness: () => [...surfaces.values()].map(({ name, ready }) => ({ name, ready })),
      metrics: createMetrics({ activeRuns: () => runner.activeRuns, rateLimited: () => pacer.rateLimited }),
    });
    http.mount('/', web.app.fetch);
    if (slack?.httpHandler) http.mount('/slack/events', slack.httpHandler, { maxBodyBytes: 4 * 1024 * 1024 });

    // First up and last down: /healthz answers while the surfaces connect, and event streams end before their server.
    const { url } = await http.start();
    onStop(() => http.stop());
    for (const surface of surfaces.values()) {
      await surface.start();
      onStop(() => surface.stop());
    }
    await runner.start();
    onStop(async () => {
      // The order matters: nothing new, then the last words, then the leases, and only then the connections.
      await Promise.all([...surfaces.values()].map((surface) => surface.drain()));
      const stopping = runner.stop();
      await pacer.flush(FLUSH_MS);
      await within(LET_GO_MS, stopping);
    });
    announce(url);
    return { url, stop: unwind };
  }

  async function connectModels() {
    if (config.replicate.token) {
      const { token, apiUrl } = config.replicate;
      return createReplicateModels({ token, baseUrl: apiUrl, clock, log });
    }
    const sandbox = createSandbox({ coldBootMs: 600 });
    const { url } = await sandbox.start();
    onStop(() => sandbox.stop());
    return createReplicateModels({ token: 'sandbox', baseUrl: url, clock, log });
  }

  async function createLimits() {
    const { requests } = config.limits;
    if (!config.redisUrl) return createRequestLimits(requests);
    const redis = await connectRedisLimiter({ redisUrl: config.redisUrl, ...requests, log });
    onStop(() => redis.close());
    return createRequestLimits({ ...requests, limiter: redis.limiter });
  }

  function announce(url: string): void {
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
}

/** Waits for `work` no longer than `ms`. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  try {
    await Promise.race([
      work,
      systemClock.sleep(ms, timer.signal).then(() => {
        throw new Error(`not done within ${ms} ms`);
      }),
    ]);
  } finally {
    timer.abort();
  }
}

/** Every command as it is declared, for what is made from the declarations alone (the Slack manifest). Connects to nothing. */
export async function declareCommands(config: Config, log: Log): Promise<readonly Command[]> {
  const clock = systemClock;
  const database = await openDatabase('sqlite::memory:');
  try {
    const budget = createBudget({ database, clock, timezone: config.timezone, defaults: config.budgets });
    return createCommands({
      config,
      models: createReplicateModels({ token: '', clock, log }),
      budget,
      conversations: createConversations({ store: createCache({ database }), ttlMs: config.ask.memoryMs }),
      runs: createRunStore({ database, budget, clock, owner: createOwner(), leaseMs: LEASE_MS }),
      clock,
    });
  } finally {
    await database.close();
  }
}
