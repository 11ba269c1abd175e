/** Admits runs, drives them, and takes over those whose process has died. */

import type { Invocation, Reply, Surface, SurfaceName } from '../chat.ts';
import type { Plan } from '../command.ts';
import { describeError } from '../log.ts';
import type { Pacer, Writer } from '../reply/writer.ts';
import { type DriveDependencies, drive } from './drive.ts';
import { LEASE_MS, type Leases } from './leases.ts';
import type { Run } from './run.ts';
import { createRunId } from './run-id.ts';
import type { Admission } from './store.ts';

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

export interface RunnerOptions extends DriveDependencies {
  readonly leases: Leases;
  readonly pacer: Pacer;
  readonly atOnce: number;
  /** The surfaces that this process serves; a run of another one is settled without its reply. */
  readonly surfaces: () => ReadonlyMap<SurfaceName, Surface>;
}

export function createRunner(options: RunnerOptions): Runner {
  const { store, leases, pacer, models, clock, log } = options;
  const stopping = new AbortController();
  const active = new Map<string, Promise<void>>();
  /** Between their row and their drive: not to be mistaken for abandoned ones. */
  const starting = new Set<string>();
  let upkeep: Promise<void> | undefined;

  function launch(run: Run, reply: Reply | undefined): void {
    const writer = reply && openWriter(run, reply);
    const driving = drive(run, writer, options, stopping.signal)
      .catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        // The row says where it stands; the next round of upkeep picks it up from there.
        log.error({ run: run.id, reason: describeError(error) }, 'a run could not be driven on');
      })
      .finally(() => {
        writer?.close();
        active.delete(run.id);
      });
    active.set(run.id, driving);
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
    for (const run of await leases.takeOver()) {
      if (active.has(run.id) || starting.has(run.id)) continue;
      const surface = options.surfaces().get(run.surface);
      if (!surface) log.warn({ run: run.id, surface: run.surface }, 'a run is settled without its reply');
      log.info({ run: run.id, state: run.state }, 'picking up a run');
      launch(run, surface?.reopen(run.replyRef));
    }
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
            surface: place.surface,
            place,
            command,
            plan,
            replyRef: reply.ref,
            createdAt: clock.now(),
          },
          eventId,
          options.atOnce,
        );
        if (admission.type === 'admitted') launch(admission.run, reply);
        return admission;
      } finally {
        starting.delete(id);
      }
    },
    async cancel(run, personId) {
      await store.requestCancel(run.id, personId);
      const { predictionId } = (await store.get(run.id)) ?? run;
      if (predictionId !== undefined) await models.cancel(predictionId);
    },
    async start() {
      await takeOver();
      upkeep = keepUp().catch(() => {});
    },
    async stop() {
      stopping.abort(new Error('the process is stopping'));
      await upkeep;
      await Promise.all(active.values());
      await leases.release();
    },
    get activeRuns() {
      return active.size;
    },
  };
}
