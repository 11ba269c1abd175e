/** Server-sent events from bytes, as the WHATWG standard parses them (html.spec.whatwg.org, 9.2.6). */

export interface ServerSentEvent {
  /** `message` when the stream names none. */
  readonly event: string;
  /** Several `data` lines are joined by a line feed. */
  readonly data: string;
  /** The id that this very event carries; absent when it carries none, whatever an earlier one had. */
  readonly id?: string;
  /** The reconnection time in milliseconds that came with this event. */
  readonly retryMs?: number;
}

export interface EventParser {
  /** Takes the next bytes, split anywhere, and returns the events they complete. An unfinished last event is never returned. */
  push(bytes: Uint8Array): ServerSentEvent[];
}

/** A parser for one connection. Work is linear in the bytes, however they are cut. */
export function createEventParser(): EventParser {
  // Drops a leading byte order mark and keeps unfinished characters for the next push.
  const decoder = new TextDecoder('utf-8');
  let line = '';
  let afterCarriageReturn = false;
  let data: string[] = [];
  let event = '';
  let id: string | undefined;
  let retryMs: number | undefined;

  function dispatch(): ServerSentEvent | undefined {
    const complete: ServerSentEvent | undefined =
      data.length === 0
        ? undefined
        : {
            event: event === '' ? 'message' : event,
            data: data.join('\n'),
            ...(id !== undefined && { id }),
            ...(retryMs !== undefined && { retryMs }),
          };
    data = [];
    event = '';
    id = undefined;
    retryMs = undefined;
    return complete;
  }

  function field(name: string, value: string): void {
    if (name === 'data') data.push(value);
    else if (name === 'event') event = value;
    else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^[0-9]+$/.test(value)) retryMs = Number(value);
  }

  function endOfLine(): ServerSentEvent | undefined {
    const whole = line;
    line = '';
    if (whole === '') return dispatch();
    const colon = whole.indexOf(':');
    if (colon === 0) return undefined;
    if (colon < 0) field(whole, '');
    else field(whole.slice(0, colon), whole.slice(whole[colon + 1] === ' ' ? colon + 2 : colon + 1));
    return undefined;
  }

  return {
    push(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      const events: ServerSentEvent[] = [];
      let from = 0;
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        const secondHalfOfLineEnd = code === LINE_FEED && afterCarriageReturn;
        afterCarriageReturn = code === CARRIAGE_RETURN;
        if (code !== LINE_FEED && code !== CARRIAGE_RETURN) continue;
        if (!secondHalfOfLineEnd) {
          line += text.slice(from, at);
          const complete = endOfLine();
          if (complete) events.push(complete);
        }
        from = at + 1;
      }
      line += text.slice(from);
      return events;
    },
  };
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** The events of a response body. Leaving the loop early closes the connection; a cut connection throws. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const parser = createEventParser();
  for await (const bytes of body) yield* parser.push(bytes);
}
