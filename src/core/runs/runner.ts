/** Admits runs, drives them, and takes over those whose process has died. */

import type { Invocation, Reply, SurfaceName } from '../chat.ts';
import { describeError } from '../log.ts';
import type { Plan } from '../plan.ts';
import type { Pacer, Writer } from '../reply/writer.ts';
import type { Surface } from '../surface.ts';
import type { Admission } from './admit.ts';
import { type DriveDependencies, drive } from './drive.ts';
import { LEASE_MS, type Leases } from './leases.ts';
import { createQueue } from './queue.ts';
import type { Run } from './run.ts';
import { createRunId } from './run-id.ts';
import { createShownText } from './shown-text.ts';
import type { QueueLimits } from './turns.ts';

/** What of an invocation its run needs; a button asks for a run in the same way. */
export type RunRequest = Pick<Invocation, 'eventId' | 'command' | 'person' | 'place'>;

export interface Runner {
  /** Reserves and stores a run, then drives it in the background; the answer comes through the reply. */
  admit(request: RunRequest, plan: Plan, reply: Reply): Promise<Admission>;
  /** Asks for a run's prediction to be stopped, wherever it is followed. */
  cancel(run: Run, personId: string): Promise<void>;
  /** Picks up what other processes left behind, now and from then on. Call once the surfaces can write. */
  start(): Promise<void>;
  /** Takes up nothing more and leaves the runs where they stand for the next process. Resolves when all are let go. */
  stop(): Promise<void>;
  readonly activeRuns: number;
}

export interface RunnerOptions extends Omit<DriveDependencies, 'queue' | 'fileLimits' | 'createShownText'> {
  /** An answer of more messages becomes a file. */
  readonly fileAfterPages: number;
  readonly leases: Leases;
  readonly pacer: Pacer;
  /** How many runs of one person go on at the same time, and how many more may wait. */
  readonly limits: QueueLimits;
  /** The surfaces that this process serves; a run of another one is settled without its reply. */
  readonly surfaces: () => ReadonlyMap<SurfaceName, Surface>;
}

export function createRunner(options: RunnerOptions): Runner {
  const { store, leases, pacer, models, limits, clock, log } = options;
  const queue = createQueue({ store, clock, limits });
  const stopping = new AbortController();
  const active = new Map<string, { readonly done: Promise<void>; readonly letGo: AbortController }>();
  /** Between their row and their drive: not to be mistaken for abandoned ones. */
  const starting = new Set<string>();
  let upkeep: Promise<void> | undefined;

  function launch(run: Run, reply: Reply | undefined): void {
    const writer = reply && openWriter(run, reply);
    const letGo = new AbortController();
    if (stopping.signal.aborted) letGo.abort(stopping.signal.reason);
    const { surface } = run;
    const text = { surface, pageLength: reply?.pageLength, fileAfterPages: options.fileAfterPages };
    const dependencies = {
      ...options,
      queue,
      fileLimits: reply?.fileLimits,
      createShownText: () => createShownText(text),
    };
    const done = drive(run, writer, dependencies, letGo.signal)
      .catch((error: unknown) => {
        if (letGo.signal.aborted) return;
        // The row says where it stands; the next round of upkeep picks it up from there.
        log.error({ run: run.id, reason: describeError(error) }, 'a run could not be driven on');
      })
      .finally(async () => {
        writer?.close();
        await options.files.drop(run.id);
        active.delete(run.id);
      });
    active.set(run.id, { done, letGo });
  }

  function openWriter(run: Run, reply: Reply): Writer {
    let saved = JSON.stringify(reply.ref);
    return pacer.open(reply, {
      onWritten: async (ref) => {
        const text = JSON.stringify(ref);
        if (text === saved) return;
        await store.saveReplyRef(run.id, ref);
        saved = text;
      },
    });
  }

  async function takeOver(): Promise<void> {
    const before = new Map(active);
    const beginning = new Set(starting);
    const ours = await leases.takeOver();
    const ids = new Set(ours.map(({ id }) => id));
    for (const [id, { letGo }] of before) {
      if (ids.has(id) || !active.has(id)) continue;
      // We were too slow to renew its lease. What we would write is older than what the other process has written.
      log.warn({ run: id }, 'another process has taken this run over');
      letGo.abort(new Error('another process has taken this run over'));
    }
    for (const run of ours) {
      // One that ended while we asked is told as it stood before.
      if (before.has(run.id) || beginning.has(run.id)) continue;
      if (active.has(run.id) || starting.has(run.id)) continue;
      log.info({ run: run.id, state: run.state }, 'picking up a run');
      launch(run, reopen(run));
    }
  }

  /** Undefined when this process cannot write it: the run is settled without. */
  function reopen(run: Run): Reply | undefined {
    const fields = { run: run.id, surface: run.surface };
    const surface = options.surfaces().get(run.surface);
    try {
      if (surface) return surface.reopen(run.replyRef);
      log.warn(fields, 'a run is settled without its reply');
    } catch (error) {
      log.error({ ...fields, reason: describeError(error) }, 'a reply cannot be opened again');
    }
    return undefined;
  }

  async function keepUp(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(LEASE_MS / 3, stopping.signal);
      try {
        await leases.renew();
        await takeOver();
      } catch (error) {
        log.error({ reason: describeError(error) }, 'leases could not be renewed');
      }
    }
  }

  return {
    async admit({ eventId, command, person, place }, plan, reply) {
      const id = createRunId(clock.now());
      starting.add(id);
      try {
        const admission = await store.admit(
          {
            id,
            personId: person.id,
            ...(person.roles && { roles: person.roles }),
            surface: place.surface,
            place,
            command,
            plan,
            replyRef: reply.ref,
            createdAt: clock.now(),
          },
          eventId,
          limits,
        );
        if (admission.type === 'admitted') launch(admission.run, reply);
        return admission;
      } finally {
        starting.delete(id);
      }
    },
    async cancel(run, personId) {
      await store.requestCancel(run.id, personId);
      queue.look(run.personId);
      const { predictionId } = (await store.get(run.id)) ?? run;
      if (predictionId !== undefined) await models.cancel(predictionId);
    },
    async start() {
      await takeOver();
      upkeep = keepUp().catch(() => {});
    },
    async stop() {
      stopping.abort(new Error('the process is stopping'));
      for (const { letGo } of active.values()) letGo.abort(stopping.signal.reason);
      await upkeep;
      await Promise.all(Array.from(active.values(), ({ done }) => done));
      await leases.release();
    },
    get activeRuns() {
      return active.size;
    },
  };
}
