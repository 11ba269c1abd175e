/** Follows a prediction from wherever it stands to its end: streamed where it can be, polled where it can't. */

import type { Clock } from '../clock.ts';
import { describeError, type Log } from '../log.ts';
import type { OpenEventStream } from './event-stream.ts';
import { isPassing } from './failures.ts';
import type { Prediction, PredictionEvent } from './prediction.ts';
import { isTerminal } from './read-prediction.ts';
import { followStream } from './stream.ts';
import { createTranscript } from './transcript.ts';

export interface FollowOptions {
  readonly get: (predictionId: string, signal?: AbortSignal) => Promise<Prediction>;
  readonly open: OpenEventStream;
  readonly clock: Clock;
  readonly log: Log;
  readonly stallMs: number;
  /** How long Replicate may be out of reach before following gives up. */
  readonly patienceMs: number;
  /** Waits before a prediction is asked about again; a webhook may end the wait. */
  readonly rest: (predictionId: string, ms: number, signal?: AbortSignal) => Promise<void>;
}

export type Follow = (predictionId: string, signal?: AbortSignal) => AsyncGenerator<PredictionEvent>;

const FIRST_POLL_MS = 500;
const LONGEST_POLL_MS = 5000;
const POLL_GROWTH = 1.5;

/**
 * Ends with `end`, by throwing what `get` throws for good, or with the signal's reason. Neither an abort nor leaving the
 * loop cancels the prediction.
 */
export function createFollow(options: FollowOptions): Follow {
  const { clock, log } = options;

  async function getPatiently(id: string, signal: AbortSignal | undefined): Promise<Prediction> {
    const giveUpAt = clock.now() + options.patienceMs;
    for (;;) {
      try {
        return await options.get(id, signal);
      } catch (error) {
        if (!isPassing(error) || clock.now() + LONGEST_POLL_MS > giveUpAt) throw error;
        log.warn({ prediction: id, reason: describeError(error) }, 'a prediction is out of sight');
        await clock.sleep(LONGEST_POLL_MS, signal);
      }
    }
  }

  return async function* follow(id, signal) {
    const transcript = createTranscript(() => clock.now());
    let prediction = await getPatiently(id, signal);
    if (!isTerminal(prediction.status)) {
      yield* transcript.observe(prediction);
      if (prediction.streamUrl && isTextStream(prediction.streamUrl)) {
        yield* followStream(options, { id, streamUrl: prediction.streamUrl }, transcript, signal);
        prediction = await getPatiently(id, signal);
      }
    }
    let delayMs = FIRST_POLL_MS;
    for (;;) {
      const { status } = prediction;
      if (isTerminal(status)) {
        yield* transcript.conclude(prediction, status);
        return;
      }
      const news = transcript.observe(prediction);
      yield* news;
      delayMs = news.length > 0 ? FIRST_POLL_MS : Math.min(LONGEST_POLL_MS, delayMs * POLL_GROWTH);
      await options.rest(id, delayMs, signal);
      prediction = await getPatiently(id, signal);
    }
  };
}

/** Image models have a stream too, of the files' bytes (`/v1/files/…`); their files are taken from the output instead. */
function isTextStream(streamUrl: string): boolean {
  return !new URL(streamUrl).pathname.includes('/files/');
}
