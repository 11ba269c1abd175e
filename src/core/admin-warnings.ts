/** Tells the admins, in the channels that they named, that a budget is nearly or wholly used up. */

import type { Crossing, CrossingOutbox } from './budget/budget.ts';
import { describeCrossing } from './budget/describe.ts';
import type { SurfaceName } from './chat.ts';
import type { Clock } from './clock.ts';
import { ReplyGoneError } from './errors.ts';
import { describeError, type Log } from './log.ts';
import type { People } from './people.ts';
import type { Pacer } from './reply/writer.ts';
import { LEASE_MS } from './runs/leases.ts';
import type { Database } from './storage/database.ts';
import type { Surface } from './surface.ts';
import { createWarningOutbox, type OwedWarning } from './warning-outbox.ts';

/** Put into the database with what it is about, and told by a living process: once, unless one dies while it tells it. */
export interface AdminWarnings extends CrossingOutbox {
  /** Logs what was put, and tells it in the background. Call it when the transaction is committed. */
  tell(crossings: readonly Crossing[]): void;
  /** Tells what other processes left behind, now and from then on. Call once the surfaces can write. */
  start(): Promise<void>;
  /**
   * Takes up nothing more, and leaves what is not told to the next process. Resolves when no message is under way: they end
   * when they are shown, or when the pacer closes them.
   */
  stop(): Promise<void>;
}

export interface AdminWarningsOptions {
  readonly database: Database;
  /** This process, as leases name it. */
  readonly owner: string;
  /** `discord:<channel id>`, `slack:<channel id>`. */
  readonly channels: readonly string[];
  readonly surfaces: () => ReadonlyMap<SurfaceName, Surface>;
  readonly pacer: Pacer;
  readonly people: Pick<People, 'names'>;
  readonly timezone: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Between two tries, each of which lasts about a minute. */
const AGAIN_MS = 5 * 60_000;

/** The surface and the platform's id of a channel's address. */
function splitAddress(address: string): readonly [string, string] {
  const [surface = '', channel = ''] = address.split(':');
  return [surface, channel];
}

export function createAdminWarnings(options: AdminWarningsOptions): AdminWarnings {
  const { channels, pacer, people, timezone, clock, log } = options;
  const serves = (address: string) =>
    channels.includes(address) && surfaceOf(address)?.announce !== undefined;
  const outbox = createWarningOutbox({ ...options, serves });
  const stopping = new AbortController();
  const active = new Map<number, { readonly done: Promise<void>; readonly letGo: AbortController }>();
  /** On show, or given up; what could not be removed at once is removed later. */
  const over = new Set<number>();
  let looked = Promise.resolve();
  let upkeep: Promise<void> | undefined;

  function surfaceOf(address: string): Surface | undefined {
    const [name] = splitAddress(address);
    return [...options.surfaces().values()].find((each) => each.name === name);
  }

  async function describe(crossing: Crossing): Promise<string> {
    return describeCrossing(crossing, clock.now(), timezone, await nameOf(crossing));
  }

  async function nameOf({ scope }: Crossing): Promise<string | undefined> {
    if (scope.kind !== 'person') return undefined;
    try {
      return (await people.names([scope.id])).get(scope.id);
    } catch (error) {
      log.warn({ reason: describeError(error) }, 'the name of a person could not be read');
      return undefined;
    }
  }

  /** Resolves when it is on show. Throws what `Writer.finish` throws, and when it is let go. */
  async function announce({ channel, crossing }: OwedWarning, signal: AbortSignal): Promise<void> {
    const text = await describe(crossing);
    signal.throwIfAborted();
    stopping.signal.throwIfAborted();
    const reply = surfaceOf(channel)?.announce?.(splitAddress(channel)[1]);
    if (!reply) throw new Error('the bot is not connected there');
    const writer = pacer.open(reply);
    const close = () => writer.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      await writer.finish({ text });
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  }

  /** One try; a later look takes up what is not over by then. */
  async function deliver(warning: OwedWarning, signal: AbortSignal): Promise<void> {
    const { id, channel, expiresAt } = warning;
    try {
      if (!over.has(id)) {
        if (expiresAt <= clock.now()) throw new Error('it was not told in time');
        await announce(warning, signal);
      }
    } catch (error) {
      if (signal.aborted || stopping.signal.aborted) return;
      const hopeless = error instanceof ReplyGoneError || expiresAt <= clock.now();
      const fields = { channel, hopeless, warning: await describe(warning.crossing) };
      log.warn({ ...fields, reason: describeError(error) }, 'admins could not be told of a budget');
      if (!hopeless) return clock.sleep(AGAIN_MS, stopping.signal);
    }
    over.add(id);
    await outbox.remove(id);
    over.delete(id);
  }

  function launch(warning: OwedWarning): void {
    const letGo = new AbortController();
    const done = deliver(warning, letGo.signal)
      .catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        log.error({ reason: describeError(error) }, 'a warning to the admins could not be removed');
      })
      .finally(() => active.delete(warning.id));
    active.set(warning.id, { done, letGo });
  }

  async function takeUp(): Promise<void> {
    if (stopping.signal.aborted) return;
    const before = new Map(active);
    const owed = await outbox.takeOver();
    const ids = new Set(owed.map(({ id }) => id));
    // We were too slow to renew its lease: another process tells it.
    for (const [id, { letGo }] of before) if (!ids.has(id)) letGo.abort();
    if (stopping.signal.aborted) return;
    for (const warning of owed) if (!before.has(warning.id)) launch(warning);
  }

  /** One after another, so that nothing ends unnoticed between the reading of a look and its launches. */
  function look(): Promise<void> {
    looked = looked.then(takeUp).catch((error: unknown) => {
      log.error({ reason: describeError(error) }, 'warnings to the admins could not be read');
    });
    return looked;
  }

  async function keepUp(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(LEASE_MS / 3, stopping.signal);
      await outbox.renew().catch((error: unknown) => {
        log.error({ reason: describeError(error) }, 'leases of warnings could not be renewed');
      });
      await look();
    }
  }

  return {
    put: outbox.put,
    tell(crossings) {
      if (crossings.length === 0) return;
      for (const crossing of crossings) {
        void describe(crossing).then((text) => log.warn({ percent: crossing.percent }, text));
      }
      for (const channel of channels) {
        if (serves(channel)) continue;
        log.warn({ channel }, 'admins are to be told of their budgets where the bot is not connected');
      }
      if (channels.length > 0) void look();
    },
    async start() {
      await look();
      upkeep = keepUp().catch(() => {});
    },
    async stop() {
      stopping.abort(new Error('the process is stopping'));
      await upkeep;
      await looked;
      await Promise.all(Array.from(active.values(), ({ done }) => done));
      await outbox.release();
    },
  };
}
