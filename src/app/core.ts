/** Everything between the surfaces and the outside: storage, models, money, runs, commands, requests. */

import { rm } from 'node:fs/promises';
import { type AdminWarnings, createAdminWarnings } from '../core/admin-warnings.ts';
import { type ApiKeys, createApiKeys } from '../core/api-keys.ts';
import { createBudget } from '../core/budget/ledger.ts';
import type { SurfaceName } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import type { Command } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import { createConversations } from '../core/conversations.ts';
import { createFilesDirectory, createRunFiles } from '../core/files/run-files.ts';
import { createHandler } from '../core/handler.ts';
import type { Log } from '../core/log.ts';
import { replicateHosts } from '../core/models/hosts.ts';
import { createPeople } from '../core/people.ts';
import { createProposals } from '../core/proposals.ts';
import { createPacer } from '../core/reply/pacer.ts';
import { createPresenter } from '../core/reply/presenters.ts';
import type { SharedSlots } from '../core/reply/shared-slots.ts';
import type { Pacer } from '../core/reply/writer.ts';
import { createRequestLimits, type LimiterWindow } from '../core/request-limits.ts';
import { createRequests, type Requests } from '../core/requests.ts';
import { createLeases, createOwner, LEASE_MS } from '../core/runs/leases.ts';
import { createRunner, type Runner } from '../core/runs/runner.ts';
import { createRunStore, type RunStore } from '../core/runs/store.ts';
import { type Cache, createCache, createKeptValues } from '../core/storage/cache.ts';
import { isEventTaken, takeEvent } from '../core/storage/events.ts';
import { openDatabase } from '../core/storage/open-database.ts';
import { connectRedis } from '../core/storage/redis-connection.ts';
import { createRedisLimiter } from '../core/storage/redis-limiter.ts';
import { createRedisSlots } from '../core/storage/redis-slots.ts';
import { keepSwept } from '../core/storage/sweep.ts';
import type { Handler, Surface } from '../core/surface.ts';
import { assembleCommands } from './commands.ts';
import { connectReplicate, type ReplicateParts } from './replicate.ts';
import type { StopStack } from './stop-stack.ts';

export interface CoreParts {
  readonly replicate: ReplicateParts;
  /** What the page shows: its answers themselves, so never in a Redis that may be away, and never lost for being slow. */
  readonly exchanges: Cache;
  readonly keys: ApiKeys;
  readonly runs: RunStore;
  /** Absent where this process is the only one that writes. */
  readonly slots: SharedSlots | undefined;
  readonly pacer: Pacer;
  readonly runner: Runner;
  readonly warnings: AdminWarnings;
  readonly commands: readonly Command[];
  readonly requests: Requests;
  readonly handler: Handler;
}

/** `surfaces` is asked whenever a run needs its surface: they are made after the core. */
export async function createCore(options: {
  readonly config: Config;
  readonly surfaces: () => ReadonlyMap<SurfaceName, Surface>;
  readonly clock: Clock;
  readonly log: Log;
  readonly stops: StopStack;
}): Promise<CoreParts> {
  const { config, surfaces, clock, log, stops } = options;
  const database = await openDatabase(config.databaseUrl, { log });
  stops.add(() => database.close());
  const sweeping = new AbortController();
  const swept = keepSwept({ database, clock, log, signal: sweeping.signal });
  stops.add(async () => {
    sweeping.abort();
    await swept;
  });
  const cache = createCache({ database, redisUrl: config.redisUrl, log });
  stops.add(() => cache.disconnect());
  const redis = config.redisUrl ? await connectRedis({ redisUrl: config.redisUrl, clock, log }) : undefined;
  stops.add(async () => redis?.close());

  const events = {
    isTaken: (id: string) => isEventTaken(database, id),
    take: (id: string) => takeEvent(database, id, clock.now()),
  };
  const replicate = await connectReplicate({ config, takeEvent: events.take, clock, log, stops });
  const { models, apiUrl } = replicate;
  const filesDirectory = await createFilesDirectory(clock.now());
  stops.add(() => rm(filesDirectory, { recursive: true, force: true }));

  const owner = createOwner();
  const slots = redis && createRedisSlots(redis, clock);
  const pacer = createPacer({ clock, log, slots });
  const people = createPeople({ database, clock });
  const warnings = createAdminWarnings({
    database,
    owner,
    channels: config.budgets.warnIn,
    surfaces,
    pacer,
    people,
    timezone: config.timezone,
    clock,
    log,
  });
  const budget = createBudget({
    database,
    clock,
    timezone: config.timezone,
    defaults: config.budgets,
    outbox: warnings,
  });
  const runs = createRunStore({ database, budget, clock, owner, leaseMs: LEASE_MS });
  const conversations = createConversations({ store: cache, ttlMs: config.ask.memoryMs });
  const runner = createRunner({
    warnings,
    store: runs,
    leases: createLeases({ database, clock, owner }),
    pacer,
    models,
    budget,
    conversations,
    clock,
    log,
    createPresenter,
    files: createRunFiles({ directory: filesDirectory, hosts: replicateHosts(apiUrl), clock, log }),
    limits: config.limits,
    fileAfterPages: config.replies.fileAfterPages,
    surfaces,
  });
  const commands = assembleCommands({
    config,
    database,
    cache,
    models,
    budget,
    conversations,
    runs,
    people,
    filesDirectory,
    runner,
    clock,
    log,
  });
  const { askAboveMicroUsd } = config.budgets;
  const proposals = createProposals({ store: cache, budget, askAboveMicroUsd });
  const requests = createRequests({
    proposals,
    warnings,
    people,
    commands,
    admins: config.admins,
    timezone: config.timezone,
    runner,
    limits: createLimits(),
    budget,
    clock,
    events,
  });
  const handler = createHandler({ requests, runner, runs, pacer, proposals, surfaces, log });
  const keys = createApiKeys({ database, clock });
  const exchanges = createKeptValues(database);
  return { replicate, exchanges, keys, runs, slots, pacer, runner, warnings, commands, requests, handler };

  function createLimits() {
    const { requests: window, cooldowns } = config.limits;
    if (!redis) return createRequestLimits({ ...window, cooldowns });
    const createLimiter = (limiter: LimiterWindow) => createRedisLimiter(redis, limiter);
    return createRequestLimits({ ...window, cooldowns, createLimiter });
  }
}
