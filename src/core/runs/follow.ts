/** Follows a run's prediction to its end, whatever the network does, and shows what it says as it says it. */

import type { Clock } from '../clock.ts';
import type { RunFiles } from '../files/run-files.ts';
import { describeError, type Log } from '../log.ts';
import type { Models, Prediction } from '../models/prediction.ts';
import type { Plan } from '../plan.ts';
import type { PresentedFile, Presenter } from '../presenter.ts';
import type { Writer } from '../reply/writer.ts';
import { BOOT_NOTICE_MS, bootStatus, progressMessage, workStatus } from './messages.ts';
import type { Run } from './run.ts';
import type { ShownText } from './shown-text.ts';
import type { RunStore } from './store.ts';
import { createWatchdog } from './watchdog.ts';

/** How long after its deadline a prediction that cannot be asked about is waited for. */
const GIVE_UP_MS = 15 * 60_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
const BOOT_REPORT_MS = 5000;

export interface FollowDependencies {
  readonly store: RunStore;
  readonly models: Models;
  readonly clock: Clock;
  readonly log: Log;
  readonly createPresenter: (name: string, options: Plan['presenterOptions']) => Presenter;
  readonly files: RunFiles;
  /** For the run's reply. */
  readonly createShownText: () => ShownText;
}

export interface Followed {
  /** Undefined when it could not be asked about until long after its deadline. */
  readonly prediction?: Prediction;
  readonly text: string;
  readonly files: readonly PresentedFile[];
  readonly startedAt?: number;
  /** Our watchdog stopped it. */
  readonly overLimit: boolean;
}

/** Resolves when the prediction has ended. Throws only the signal's reason; the prediction then runs on. */
export async function follow(
  run: Run & { readonly predictionId: string },
  writer: Writer | undefined,
  dependencies: FollowDependencies,
  signal: AbortSignal,
): Promise<Followed> {
  const { store, models, clock, log } = dependencies;
  const submittedAt = run.submittedAt ?? run.createdAt;
  const deadlineSeconds = run.plan.cost.deadlineSeconds;
  const watchdog = createWatchdog({
    predictionId: run.predictionId,
    submittedAt,
    limitSeconds: deadlineSeconds,
    models,
    clock,
    log,
  });
  const booted = new AbortController();
  let startedAt = run.startedAt;
  let shownLength = 0;
  let workingStatus: string | undefined;
  const shownText = dependencies.createShownText();
  let retryMs = FIRST_RETRY_MS;
  const untilBooted = AbortSignal.any([booted.signal, signal]);
  reportBoot(untilBooted).catch((error: unknown) => {
    if (!untilBooted.aborted)
      log.error({ run: run.id, reason: describeError(error) }, 'the boot could not be reported');
  });
  try {
    for (;;) {
      const presenter = dependencies.createPresenter(run.plan.presenter, run.plan.presenterOptions);
      try {
        for await (const event of models.follow(run.predictionId, signal)) {
          presenter.push(event);
          if (event.type === 'start' && startedAt === undefined) {
            startedAt = event.startedAt;
            await store.recordStart(run.id, startedAt);
          }
          if (event.type === 'start') watchdog.started(event.startedAt);
          if (event.type === 'file' && writer) dependencies.files.begin(run.id, event.url, signal);
          if (event.type === 'end') {
            const started = event.prediction.startedAt ?? startedAt;
            return {
              prediction: event.prediction,
              text: presenter.text(),
              files: presenter.files?.() ?? [],
              overLimit: watchdog.fired,
              ...(started !== undefined && { startedAt: started }),
            };
          }
          show(presenter.text(), event.type, presenter.status?.());
          retryMs = FIRST_RETRY_MS;
        }
        throw new Error('the prediction was followed to no end');
      } catch (error) {
        signal.throwIfAborted();
        log.warn(
          { run: run.id, reason: describeError(error), retryMs },
          'lost sight of a prediction; trying again',
        );
        if (clock.now() > submittedAt + deadlineSeconds * 1000 + GIVE_UP_MS) {
          return {
            text: presenter.text(),
            files: [],
            overLimit: watchdog.fired,
            ...(startedAt !== undefined && { startedAt }),
          };
        }
        await clock.sleep(retryMs, signal);
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
  } finally {
    watchdog.stop();
    booted.abort();
  }

  /** After a lost connection the text grows anew from its beginning: what people already read is not taken back. */
  function show(whole: string, type: string, status: string | undefined): void {
    const { text, notice } = shownText(whole, false);
    const moved = status !== workingStatus;
    workingStatus = status;
    if (text.trim() === '' && type !== 'text-reset') {
      if (moved) writer?.show(progressMessage(run, '', workingNow()));
      return;
    }
    booted.abort();
    if (whole.length < shownLength && type !== 'text-reset') return;
    shownLength = whole.length;
    writer?.show(progressMessage(run, text, status ?? notice));
  }

  function workingNow(): string {
    return workStatus(run, clock.now() - (startedAt ?? submittedAt), workingStatus);
  }

  /** Until there is something to read: where it is, and that time passes. */
  async function reportBoot(stop: AbortSignal): Promise<void> {
    for (;;) {
      const waitedMs = clock.now() - submittedAt;
      const status = startedAt === undefined ? bootStatus(run, waitedMs) : workingNow();
      writer?.show(progressMessage(run, '', status));
      await clock.sleep(waitedMs < BOOT_NOTICE_MS ? BOOT_NOTICE_MS - waitedMs : BOOT_REPORT_MS, stop);
    }
  }
}
