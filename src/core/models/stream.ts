/** The live part of following a prediction: its event stream, watched by an occasional look at its status. */

import type { Clock } from '../clock.ts';
import { describeError, type Log } from '../log.ts';
import type { OpenEventStream } from './event-stream.ts';
import type { Prediction, PredictionEvent } from './prediction.ts';
import { isTerminal } from './read-prediction.ts';
import type { ServerSentEvent } from './server-sent-events.ts';
import type { Transcript } from './transcript.ts';

export interface StreamOptions {
  readonly open: OpenEventStream;
  readonly get: (predictionId: string, signal: AbortSignal) => Promise<Prediction>;
  readonly clock: Clock;
  readonly log: Log;
  /** Without an event for this long the status is asked for. */
  readonly stallMs: number;
}

const FIRST_LOOK_MS = 1000;
const LONGEST_LOOK_MS = 5000;
const RECONNECT_MS = 500;
/** Connections in a row that brought nothing new. */
const MAX_FRUITLESS = 4;

/**
 * Tells what the stream brings until it ends, or is of no more use; what is missing then is the poller's business. Resumes
 * a cut stream where its events have ids. Throws only the signal's reason.
 */
export async function* followStream(
  options: StreamOptions,
  { id, streamUrl }: { readonly id: string; readonly streamUrl: string },
  transcript: Transcript,
  signal: AbortSignal | undefined,
): AsyncGenerator<PredictionEvent> {
  const { clock, log } = options;
  const seen = new Set<string>();
  let lastEventId: string | undefined;
  let received = 0;
  let reconnectMs = RECONNECT_MS;

  for (let fruitless = 0; fruitless < MAX_FRUITLESS; fruitless++) {
    const connection = new AbortController();
    const connected = signal ? AbortSignal.any([signal, connection.signal]) : connection.signal;
    let lastEventAt = clock.now();
    try {
      const events = opened(options.open, streamUrl, lastEventId, connected);
      const looks = watchStatus(options, id, () => (transcript.started ? lastEventAt : undefined), connected);
      if (lastEventId === undefined) transcript.reconnected();
      let next = settled(events.next());
      let look = settled(looks.next());
      for (;;) {
        const winner = await Promise.race([
          next.then((result) => ({ event: result })),
          look.then((result) => ({ status: result })),
        ]);
        signal?.throwIfAborted();
        if ('status' in winner) {
          const prediction = unwrap(winner.status).value;
          if (!prediction || isTerminal(prediction.status)) return;
          const stuck = clock.now() - lastEventAt >= options.stallMs && transcript.isBehind(prediction);
          yield* transcript.observe(prediction);
          if (stuck) return;
          look = settled(looks.next());
          continue;
        }
        const { value: event } = unwrap(winner.event);
        if (!event || event.event === 'done' || event.event === 'error') {
          if (event) return;
          break;
        }
        next = settled(events.next());
        lastEventAt = clock.now();
        if (event.retryMs !== undefined) reconnectMs = Math.min(event.retryMs, LONGEST_LOOK_MS);
        if (event.id) {
          if (seen.has(event.id)) continue;
          seen.add(event.id);
          lastEventId = event.id;
        }
        received++;
        fruitless = 0;
        const told = tell(event, transcript);
        if (!told) return;
        yield* told;
      }
    } catch (error) {
      signal?.throwIfAborted();
      log.debug({ prediction: id, reason: describeError(error) }, 'the stream was cut');
    } finally {
      connection.abort();
    }
    // Without ids there is no telling where a new connection would begin.
    if (received > 0 && lastEventId === undefined) return;
    await clock.sleep(reconnectMs * (fruitless + 1), signal);
  }
}

/** Opens with the first event asked for, so that the status is watched meanwhile. */
async function* opened(
  open: OpenEventStream,
  ...connection: Parameters<OpenEventStream>
): AsyncGenerator<ServerSentEvent, undefined> {
  yield* await open(...connection);
}

function tell(event: ServerSentEvent, transcript: Transcript): PredictionEvent[] | undefined {
  if (event.event === 'output') return transcript.streamed(event.data);
  if (event.event === 'logs') return transcript.streamedLog(event.data);
  return [];
}

/**
 * Looks at the status: every second, then less often, until the model has started; afterwards only when the stream has
 * been silent for too long. A look that fails is left out.
 */
async function* watchStatus(
  { get, clock, log, stallMs }: StreamOptions,
  id: string,
  runningSince: () => number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Prediction, undefined> {
  let delayMs = FIRST_LOOK_MS;
  for (;;) {
    const lastEventAt = runningSince();
    await clock.sleep(lastEventAt === undefined ? delayMs : stallMs - (clock.now() - lastEventAt), signal);
    delayMs = Math.min(LONGEST_LOOK_MS, delayMs * 1.25);
    const silentSince = runningSince();
    if (lastEventAt !== undefined && silentSince !== undefined && clock.now() - silentSince < stallMs)
      continue;
    try {
      yield await get(id, signal);
    } catch (error) {
      signal.throwIfAborted();
      log.debug({ prediction: id, reason: describeError(error) }, 'the status could not be read');
    }
  }
}

type Settled<T> = { readonly value: T } | { readonly error: unknown };

/** A promise that never rejects, so that losing a race leaves nothing unhandled. */
function settled<T>(promise: Promise<IteratorResult<T, undefined>>): Promise<Settled<T | undefined>> {
  return promise.then(
    (result) => ({ value: result.value }),
    (error: unknown) => ({ error }),
  );
}

function unwrap<T>(settledResult: Settled<T>): { readonly value: T } {
  if ('error' in settledResult) throw settledResult.error;
  return settledResult;
}
