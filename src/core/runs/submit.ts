/** From a held run to a recorded prediction: created at most once, found again when a create's outcome is unknown. */

import type { Clock } from '../clock.ts';
import { OperatorError, UserError } from '../errors.ts';
import { describeError, type Log } from '../log.ts';
import type { Models, Prediction } from '../models/prediction.ts';
import { predictionRequest, type Run } from './run.ts';
import type { RunStore } from './store.ts';

/** A run older than this that never reached Replicate is given up: its asker has long gone on. */
const TOO_OLD_MS = 10 * 60_000;
/** Waits between looks into Replicate's list before a create counts as not accepted. */
const LOOK_AGAIN_MS = [1000, 2000, 4000];
const UNREACHABLE_WAIT_MS = 10_000;

export type Submission =
  | { readonly type: 'submitted'; readonly predictionId: string; readonly submittedAt: number }
  /** There is no prediction and there will be none; nothing is owed. */
  | { readonly type: 'not-submitted'; readonly failure: string }
  /** Nobody can say whether there is one. */
  | { readonly type: 'unknown'; readonly failure: string }
  /** Another process has taken the run over. */
  | { readonly type: 'lost' };

export interface SubmitDependencies {
  readonly store: Pick<RunStore, 'get' | 'markSubmitting' | 'recordPrediction' | 'othersSubmitting'>;
  readonly models: Pick<Models, 'create' | 'find'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * `since` is when the run was free to go: when it was asked for, or when its turn in the queue came. Throws the signal's reason
 * or what the store throws, with everything left as it stands: whoever takes the run up next goes on from there.
 */
export async function submit(
  run: Run,
  since: number,
  dependencies: SubmitDependencies,
  signal: AbortSignal,
): Promise<Submission> {
  const { store, models, clock, log } = dependencies;
  const request = predictionRequest(run);
  let outcomeUnknown = run.state === 'submitting';
  let submittedAt = run.submittedAt ?? clock.now();

  for (;;) {
    signal.throwIfAborted();
    if (outcomeUnknown) {
      const found = await look();
      if (found === 'unreachable') {
        return {
          type: 'unknown',
          failure: 'Replicate could not be asked whether the model ran; it is charged as reserved.',
        };
      }
      if (found) return { type: 'submitted', predictionId: found.id, submittedAt };
    }
    if ((await store.get(run.id))?.cancelledBy)
      return { type: 'not-submitted', failure: 'Cancelled before it began.' };
    if (clock.now() - since > TOO_OLD_MS) {
      return {
        type: 'not-submitted',
        failure: 'This waited too long to be sent to the model. Please ask again.',
      };
    }
    submittedAt = clock.now();
    if (!(await store.markSubmitting(run.id))) return { type: 'lost' };
    let prediction: Prediction;
    try {
      // Not cut short by the signal: an answer that is on its way is worth the moment it takes.
      prediction = await models.create(request);
    } catch (error) {
      if (error instanceof UserError) return { type: 'not-submitted', failure: error.message };
      if (error instanceof OperatorError) {
        log.error({ run: run.id, reason: error.message }, 'the prediction could not be created');
        return { type: 'not-submitted', failure: error.forPerson };
      }
      // CreateUncertainError, or nobody knows what: it may have been created all the same.
      log.warn(
        { run: run.id, reason: describeError(error) },
        'a create got no answer; looking for it in the list',
      );
      outcomeUnknown = true;
      continue;
    }
    return (await store.recordPrediction(run.id, prediction.id))
      ? { type: 'submitted', predictionId: prediction.id, submittedAt }
      : { type: 'lost' };
  }

  /** The prediction that an earlier create made, recorded as ours; undefined when there certainly is none. */
  async function look(): Promise<Prediction | undefined | 'unreachable'> {
    const giveUpAt = clock.now() + TOO_OLD_MS;
    for (let looks = 0; ; ) {
      try {
        const candidates = await models.find(request, submittedAt, signal);
        // Two people may ask the same at once: what another run is about to record is not ours to take.
        const contended = looks < LOOK_AGAIN_MS.length && (await store.othersSubmitting(run)).length > 0;
        if (!contended) {
          for (const candidate of candidates) {
            if (await store.recordPrediction(run.id, candidate.id)) return candidate;
          }
        }
      } catch (error) {
        signal.throwIfAborted();
        log.warn({ run: run.id, reason: describeError(error) }, 'the list of predictions cannot be read');
        if (clock.now() > giveUpAt) return 'unreachable';
        await clock.sleep(UNREACHABLE_WAIT_MS, signal);
        continue;
      }
      const waitMs = LOOK_AGAIN_MS[looks++];
      if (waitMs === undefined) return undefined;
      await clock.sleep(waitMs, signal);
    }
  }
}
