/** The core as a surface meets it: handler, runner, ledger and models client over the sandbox, with time running faster. */

import { readFile, rm } from 'node:fs/promises';
import { onTestFinished, vi } from 'vitest';
import { createAsk } from '../../../src/commands/ask.ts';
import { guardCommands } from '../../../src/commands/guard.ts';
import { createRunServices, type RunServices } from '../../../src/commands/run-services.ts';
import { createAdminWarnings } from '../../../src/core/admin-warnings.ts';
import type { Budget } from '../../../src/core/budget/budget.ts';
import { parseCap } from '../../../src/core/budget/cap.ts';
import { createBudget } from '../../../src/core/budget/ledger.ts';
import type { FileLimits, Invocation, Message, Person, Reply } from '../../../src/core/chat.ts';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import type { Command } from '../../../src/core/command.ts';
import type { Config, ModelConfig } from '../../../src/core/config/config.ts';
import { createConversations } from '../../../src/core/conversations.ts';
import { createIntake } from '../../../src/core/files/intake.ts';
import { createFilesDirectory, createRunFiles } from '../../../src/core/files/run-files.ts';
import { createHandler } from '../../../src/core/handler.ts';
import type { Log } from '../../../src/core/log.ts';
import { replicateHosts } from '../../../src/core/models/hosts.ts';
import type { Models } from '../../../src/core/models/prediction.ts';
import { createReplicateModels } from '../../../src/core/models/replicate-models.ts';
import { createPeople } from '../../../src/core/people.ts';
import { createProposals } from '../../../src/core/proposals.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createPresenter } from '../../../src/core/reply/presenters.ts';
import { createRequestLimits } from '../../../src/core/request-limits.ts';
import { createRequests } from '../../../src/core/requests.ts';
import { createLeases, createOwner, LEASE_MS, type Leases } from '../../../src/core/runs/leases.ts';
import type { Run } from '../../../src/core/runs/run.ts';
import { createRunner, type Runner } from '../../../src/core/runs/runner.ts';
import { createRunStore, type RunStore } from '../../../src/core/runs/store.ts';
import type { Database } from '../../../src/core/storage/database.ts';
import { isEventTaken, takeEvent } from '../../../src/core/storage/events.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import type { Handler, Surface } from '../../../src/core/surface.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/server.ts';

export const ADA: Person = { id: 'web:ada', name: 'Ada', platformAdmin: false };
export const BOB: Person = { id: 'web:bob', name: 'Bob', platformAdmin: false };
export const ADMIN: Person = { id: 'web:admin', name: 'Admin', platformAdmin: true };

/** Micro-USD per second of the model that answers. */
export const PRICE = 725;

export interface CoreServices extends RunServices {
  readonly models: Models;
  readonly runs: RunStore;
  readonly clock: Clock;
  readonly database: Database;
  readonly budget: Budget;
  readonly log: Log;
}

export interface CoreOptions {
  readonly sandbox?: SandboxOptions;
  readonly model?: Partial<ModelConfig>;
  readonly eachPerson?: string;
  readonly everybody?: string;
  /** Caps of roles by their ids. */
  readonly roles?: Readonly<Record<string, string>>;
  readonly atOnce?: number;
  /** How many of a person's runs may wait; default none. */
  readonly queue?: number;
  /** Seconds. */
  readonly cooldown?: number;
  readonly requestsPerMinute?: number;
  /** What may cost more is asked about first; default nothing. */
  readonly askAboveMicroUsd?: number;
  /** Where admins are told of their budgets, like `web:ops`. */
  readonly warnIn?: readonly string[];
  /** Beside `/ask`. */
  readonly commands?: (services: CoreServices) => readonly Command[];
  readonly guard?: NonNullable<Config['guard']>;
  /** What replies take of files; default nothing. */
  readonly fileLimits?: FileLimits;
  /** Of replies: two of these, and the answer becomes a file. Default: a message has room for everything. */
  readonly pageLength?: number;
  /** Stands between the runner and its leases. */
  readonly leases?: (leases: Leases) => Leases;
  /** How many times faster than the real one the clock runs, Replicate's included; default 10. */
  readonly speed?: number;
}

/** The id of the button with this label; '' without it. */
export function buttonOf({ buttons }: Message, label: string): string {
  return buttons?.find((button) => button.label === label)?.id ?? '';
}

/** A reply in memory: every message that was on show, in order. */
export interface SeenReply {
  readonly shown: readonly Message[];
  /** The bytes that were uploaded, by the files' names. */
  readonly uploads: ReadonlyMap<string, Buffer>;
  /** Resolves with the last message when it is there. */
  final(): Promise<Message>;
}

export interface Core {
  readonly sandbox: Sandbox;
  readonly handler: Handler;
  /** Not started: it takes nothing over until a test says so. */
  readonly runner: Runner;
  /** What the operator reads. */
  readonly log: readonly string[];
  /** Resolves when the request is answered or has become a run. */
  ask(prompt: string, more?: Partial<Invocation>): Promise<SeenReply>;
  press(buttonId: string, person: Person): Promise<string>;
  /** Like `press`, for a button that answers in a new reply. */
  pressForReply(buttonId: string, person?: Person, eventId?: string): Promise<SeenReply>;
  /** A reply by its id: `reply-1` of the first question, `press-2` of a button, `announced in <channel>`. */
  reply(id: string): SeenReply | undefined;
  /** Oldest first. */
  runs(): Promise<readonly Run[]>;
  /** What the ledger says of a person, all of it checked against its entries. */
  books(
    person?: Person,
  ): Promise<{ spentMicroUsd: number; reservedMicroUsd: number; differences: readonly string[] }>;
  /** The cost of a prediction by what Replicate says it ran. */
  costOf(index: number): number;
}

function fasterClock(speed: number): Clock {
  const from = Date.now();
  return {
    now: () => Math.floor(from + (Date.now() - from) * speed),
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  };
}

export async function startCore(options: CoreOptions = {}): Promise<Core> {
  const speed = options.speed ?? 10;
  const clock = fasterClock(speed);
  const lines: string[] = [];
  const note = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug() {}, info() {}, warn: note, error: note };
  const sandbox = createSandbox({
    coldBootMs: 0,
    tokensPerSecond: 500,
    limitSecondMs: 1000 / speed,
    now: clock.now,
    ...options.sandbox,
  });
  const { url } = await sandbox.start();
  const database = await openDatabase('sqlite::memory:');
  const cap = (text: string) => parseCap(text) ?? { amountMicroUsd: 0, unit: 'day' as const };
  const models = createReplicateModels({ token: 'r8_secret', baseUrl: url, clock, log });
  const remembered = new Map<string, unknown>();
  const owner = createOwner();
  const memory = {
    get: async <T>(key: string) => remembered.get(key) as T | undefined,
    set: async (key: string, value: unknown) => remembered.set(key, value),
    delete: async (key: string) => remembered.delete(key),
  };
  const conversations = createConversations({ store: memory, ttlMs: 3_600_000 });
  const replies = new Map<string, { readonly reply: Reply; readonly seen: SeenReply }>();
  const openReply = (id: string) => {
    const made = createMemoryReply(id, options);
    replies.set(id, made);
    return made;
  };
  /** The page, as far as the core needs it. */
  const surface: Surface = {
    name: 'web',
    ready: true,
    start: async () => {},
    drain: async () => {},
    stop: async () => {},
    reopen: (ref) => (replies.get(String(ref.id)) ?? openReply(String(ref.id))).reply,
    announce: (channel) => openReply(`announced in ${channel}`).reply,
  };
  const surfaces = () => new Map([[surface.name, surface]]);
  const pacer = createPacer({ clock, log });
  const directory = await createFilesDirectory(clock.now());
  const intake = createIntake({ models, directory, hosts: { domains: [], baseUrls: [] }, clock });
  const people = createPeople({ database, clock });
  const warnings = createAdminWarnings({
    database,
    owner,
    channels: options.warnIn ?? [],
    surfaces,
    pacer,
    people,
    timezone: 'UTC',
    clock,
    log,
  });
  const budget = createBudget({
    database,
    clock,
    timezone: 'UTC',
    defaults: {
      eachPerson: cap(options.eachPerson ?? '1.00 per day'),
      everybody: cap(options.everybody ?? '20.00 per month'),
      people: new Map(),
      roles: new Map(Object.entries(options.roles ?? {}).map(([id, text]) => [id, cap(text)])),
    },
    outbox: warnings,
  });
  const store = createRunStore({ database, budget, clock, owner, leaseMs: LEASE_MS });
  const leases = createLeases({ database, clock, owner });
  const runner = createRunner({
    store,
    leases: options.leases?.(leases) ?? leases,
    pacer,
    models,
    budget,
    conversations,
    clock,
    log,
    createPresenter,
    files: createRunFiles({ directory, hosts: replicateHosts(url), clock, log }),
    limits: { atOnce: options.atOnce ?? 2, queue: options.queue ?? 0 },
    surfaces,
    fileAfterPages: 2,
    warnings,
  });
  const model: ModelConfig = {
    name: 'llama',
    ref: 'meta/meta-llama-3-70b-instruct',
    price: { by: 'second', microUsdPerSecond: PRICE },
    contextTokens: 8000,
    maxSeconds: 300,
    typicalSeconds: 10,
    maxOutputTokens: 1024,
    ...options.model,
  };
  const askAboveMicroUsd = options.askAboveMicroUsd ?? Number.POSITIVE_INFINITY;
  const proposals = createProposals({ store: memory, budget, askAboveMicroUsd });
  const running = createRunServices({ models, intake, conversations, clock, askAboveSeconds: 600 });
  const services = { ...running, models, conversations, runs: store, clock, database, budget, log };
  const commands = [
    createAsk({ ...services, config: { models: [model], system: 'Be brief.', memoryMs: 3_600_000 } }),
    ...(options.commands?.(services) ?? []),
  ];
  const { guard } = options;
  const guarding = { ...running, runner, runs: store, clock, timezone: 'UTC' };
  const requests = createRequests({
    proposals,
    warnings,
    people,
    commands: guard ? guardCommands(commands, { ...guarding, config: guard }) : commands,
    admins: new Set(),
    timezone: 'UTC',
    runner,
    limits: createRequestLimits({
      count: options.requestsPerMinute ?? 100,
      seconds: 60,
      cooldowns: new Map(options.cooldown === undefined ? [] : [['ask', options.cooldown]]),
    }),
    budget,
    clock,
    events: {
      isTaken: (id) => isEventTaken(database, id),
      take: (id) => takeEvent(database, id, clock.now()),
    },
  });
  const handler = createHandler({ requests, runner, runs: store, pacer, proposals, surfaces, log });
  onTestFinished(async () => {
    const stopping = Promise.all([runner.stop(), warnings.stop()]);
    await pacer.flush(0);
    await stopping;
    await sandbox.stop();
    await database.close();
    await rm(directory, { recursive: true });
  });
  let events = 0;

  return {
    sandbox,
    handler,
    runner,
    log: lines,
    async ask(prompt, more = {}) {
      events += 1;
      const { reply, seen } = openReply(`reply-${events}`);
      await handler.handle(
        {
          eventId: `event-${events}`,
          command: 'ask',
          args: { form: 'typed', values: { prompt } },
          person: ADA,
          place: { surface: 'web', channel: 'lobby', direct: true },
          attachments: [],
          ...more,
        },
        reply,
      );
      return seen;
    },
    reply: (id) => replies.get(id)?.seen,
    press: (id, person) =>
      handler.press({
        eventId: `press-${++events}`,
        id,
        person,
        place: { surface: 'web', channel: 'lobby', direct: true },
        reply: () => openReply(`press-${events}`).reply,
      }),
    async pressForReply(id, person = ADA, eventId = `press-${events + 1}`) {
      const { reply, seen } = createMemoryReply(`reply-${++events}`, options);
      const place = { surface: 'web', channel: 'lobby', direct: true } as const;
      await handler.press({ eventId, id, person, place, reply: () => reply });
      return seen;
    },
    async runs() {
      const rows = await database.sql.selectFrom('run').select('id').orderBy('id').execute();
      const runs = await Promise.all(rows.map(({ id }) => store.get(id)));
      return runs.flatMap((run) => run ?? []);
    },
    async books(person = ADA) {
      const [state] = await budget.states(person.id);
      return {
        spentMicroUsd: state?.spentMicroUsd ?? Number.NaN,
        reservedMicroUsd: state?.reservedMicroUsd ?? Number.NaN,
        differences: await budget.verify(),
      };
    },
    costOf: (index) =>
      Math.ceil(Number((Number(sandbox.predictions[index]?.metrics.predict_time) * PRICE).toFixed(6))),
  };
}

function createMemoryReply(
  id: string,
  { fileLimits, pageLength }: Pick<CoreOptions, 'fileLimits' | 'pageLength'>,
): { reply: Reply; seen: SeenReply } {
  const shown: Message[] = [];
  const uploads = new Map<string, Buffer>();
  let last: Message | undefined;
  return {
    reply: {
      ref: { surface: 'web', id },
      lane: { key: id, slots: 50, windowMs: 1000 },
      ...(fileLimits && { fileLimits }),
      ...(pageLength !== undefined && { pageLength }),
      async write(message, final) {
        for (const file of message.files ?? []) uploads.set(file.name, await readFile(file.path));
        shown.push(message);
        if (final) last = message;
        return 'shown';
      },
    },
    seen: {
      shown,
      uploads,
      final: () =>
        vi.waitFor(
          () => {
            if (!last) throw new Error(`no final answer yet: ${JSON.stringify(shown.at(-1))}`);
            return last;
          },
          { timeout: 20_000, interval: 10 },
        ),
    },
  };
}
