/** What a run does as server-sent events, from its beginning or from where the last connection was cut, to its end. */

import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Clock } from '../../core/clock.ts';
import { describeError, type Log } from '../../core/log.ts';
import type { Models } from '../../core/models/prediction.ts';
import type { Run } from '../../core/runs/run.ts';
import { describeRun, isForgotten, isOver } from './run-body.ts';

export interface RunEventsOptions {
  readonly models: Models;
  /** Resolves with the run once `until` is true of it, or the signal's reason is thrown. */
  readonly waitFor: (runId: string, until: (run: Run) => boolean, signal: AbortSignal) => Promise<Run>;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends every stream: the process is stopping. */
  readonly signal: AbortSignal;
}

/** Proxies close a connection that is silent for long. */
const SIGN_OF_LIFE_MS = 15_000;

/**
 * `status` {status}, `text` {text} (a piece; its id counts the characters so far), `reset` {text}, `file` {url}, `log`
 * {text}, and last `end` with the run. Text up to `Last-Event-ID` is not sent again.
 */
export function streamRun(context: Context, run: Run, options: RunEventsOptions): Response {
  const { models, waitFor, clock, log } = options;
  context.header('X-Accel-Buffering', 'no');
  const known = Number(context.req.header('last-event-id') ?? 0) || 0;

  return streamSSE(context, async (stream) => {
    const left = new AbortController();
    stream.onAbort(() => left.abort(new Error('the program has left')));
    const signal = AbortSignal.any([left.signal, options.signal]);
    const send = (event: string, data: object, id?: number) =>
      stream.writeSSE({ event, data: JSON.stringify(data), ...(id !== undefined && { id: String(id) }) });
    const signs = keepAlive(signal);
    try {
      const started = await waitFor(run.id, (now) => now.predictionId !== undefined || isOver(now), signal);
      if (started.predictionId !== undefined) {
        await follow(started.predictionId, send, signal).catch((error: unknown) => {
          if (!isOver(started) || !isForgotten(error)) throw error;
        });
      }
      const ended = await waitFor(run.id, isOver, signal);
      await send('end', await describeRun(ended, models, signal));
    } catch (error) {
      if (!signal.aborted) {
        log.warn({ run: run.id, reason: describeError(error) }, 'the events of a run broke off');
      }
    } finally {
      left.abort();
      await signs;
    }

    async function keepAlive(until: AbortSignal): Promise<void> {
      while (!until.aborted) {
        await clock.sleep(SIGN_OF_LIFE_MS, until).catch(() => undefined);
        if (!until.aborted) await stream.write(': here\n\n');
      }
    }

    async function follow(predictionId: string, say: typeof send, until: AbortSignal): Promise<void> {
      let length = 0;
      for await (const event of models.follow(predictionId, until)) {
        switch (event.type) {
          case 'start':
            await say('status', { status: 'processing' });
            break;
          case 'text-delta': {
            const unknown = event.text.slice(Math.max(0, known - length));
            length += event.text.length;
            if (unknown !== '') await say('text', { text: unknown }, length);
            break;
          }
          case 'text-reset':
            length = event.text.length;
            await say('reset', { text: event.text }, length);
            break;
          case 'file':
            await say('file', { url: event.url });
            break;
          case 'log':
            await say('log', { text: event.text });
            break;
          case 'end':
            return;
        }
      }
    }
  });
}
