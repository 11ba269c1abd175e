/** A conversation as server-sent events: first everything as it stands, then every change, always the newest state only. */

import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Clock } from '../../core/clock.ts';
import { describeError, type Log } from '../../core/log.ts';
import type { Exchange } from './conversation.ts';
import type { Conversations } from './conversations.ts';
import { createExchangeChanges } from './exchange-changes.ts';

/** How often what other processes wrote is looked up; also keeps proxies from closing a quiet connection. */
const LOOK_INTERVAL_MS = 2_000;

export interface EventStreamOptions {
  readonly conversations: Conversations;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the stream; the page connects again. */
  readonly signal: AbortSignal;
}

/** Answers with a stream that ends when the page goes, `signal` is aborted, or the store fails. */
export function streamConversation(
  context: Context,
  conversation: string,
  options: EventStreamOptions,
): Response {
  const { conversations, clock, log, signal } = options;
  context.header('X-Accel-Buffering', 'no');

  return streamSSE(context, async (stream) => {
    const changes = createExchangeChanges();
    /** What is to be sent, newest state per exchange: a slow connection skips frames. */
    const pending = new Map<string, Exchange>();
    let ended = signal.aborted;
    let wake = (): void => undefined;
    const end = () => {
      ended = true;
      wake();
    };
    const queue = (exchange: Exchange) => {
      const queued = pending.get(exchange.replyId);
      if (changes.isNew(exchange) && (queued?.version ?? -1) < exchange.version)
        pending.set(exchange.replyId, exchange);
    };
    const stopListening = conversations.listen(conversation, (exchange) => {
      queue(exchange);
      wake();
    });
    signal.addEventListener('abort', end);
    stream.onAbort(end);

    try {
      while (!ended) {
        for (const exchange of await conversations.exchanges(conversation, changes.finished)) queue(exchange);
        const lookAgainAt = clock.now() + LOOK_INTERVAL_MS;
        await stream.write(': here\n\n');
        while (!ended && clock.now() < lookAgainAt) {
          for (const [replyId, exchange] of pending) {
            pending.delete(replyId);
            await stream.writeSSE({ event: 'exchange', data: JSON.stringify(changes.next(exchange)) });
          }
          if (!changes.started()) await stream.writeSSE({ event: 'ready', data: '{}' });
          const woken = new AbortController();
          wake = () => woken.abort();
          if (pending.size > 0 || ended) continue;
          await clock.sleep(Math.max(1, lookAgainAt - clock.now()), woken.signal).catch(() => undefined);
        }
      }
    } catch (error) {
      log.warn({ error: describeError(error) }, 'a conversation could not be shown');
    } finally {
      stopListening();
      signal.removeEventListener('abort', end);
    }
  });
}
