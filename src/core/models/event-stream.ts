/** Opens the event stream of a prediction. */

import { readEvents, type ServerSentEvent } from './server-sent-events.ts';

export type OpenEventStream = (
  url: string,
  lastEventId: string | undefined,
  signal: AbortSignal,
) => Promise<AsyncGenerator<ServerSentEvent>>;

/**
 * Connects with this fetch. No Authorization goes out: the address itself is the secret, and Replicate's own client sends
 * none. Rejects when the stream can't be had; the events throw when the connection is cut.
 */
export function createOpenEventStream(streamFetch: typeof fetch): OpenEventStream {
  return async (url, lastEventId, signal) => {
    const headers = {
      accept: 'text/event-stream',
      'cache-control': 'no-store',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    };
    const response = await streamFetch(url, { headers, signal });
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || !response.body || !type.startsWith('text/event-stream')) {
      await response.body?.cancel();
      throw new Error(`the stream answered ${response.status} ${type}`);
    }
    return readEvents(response.body);
  };
}
