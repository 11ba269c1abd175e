/** A Bolt receiver behind our own HTTP server: one Request in, the acknowledgement as the Response. */

import type { App, Receiver } from '@slack/bolt';
import type { Clock } from '../../core/clock.ts';
import { describeError, type Log } from '../../core/log.ts';
import { withinAckTime } from './event-ack.ts';
import { isSignedBySlack } from './signature.ts';

export interface HttpReceiver extends Receiver {
  /** Answers `POST /slack/events`: events, commands and presses alike. Never throws. */
  readonly httpHandler: (request: Request) => Promise<Response>;
  readonly ready: boolean;
}

interface HttpReceiverOptions {
  readonly signingSecret: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Slack sends far less; as Bolt's own receivers have it. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export function createHttpReceiver({ signingSecret, clock, log }: HttpReceiverOptions): HttpReceiver {
  let app: App | undefined;
  let open = false;

  async function answer(request: Request): Promise<Response> {
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
    const raw = await readBody(request);
    if (!raw) return new Response(null, { status: 413 });
    if (!isSignedBySlack(signingSecret, request.headers, raw, clock.now())) {
      log.warn(
        {},
        'a request to /slack/events was not signed by Slack with this signing secret, or its time is off',
      );
      return new Response(null, { status: 401 });
    }
    const body = parseBody(request.headers.get('content-type') ?? '', new TextDecoder().decode(raw));
    if (!body) return new Response(null, { status: 400 });
    if (body.type === 'url_verification') return Response.json({ challenge: body.challenge });
    if (body.ssl_check) return new Response(null, { status: 200 });
    // Slack sends it again, to a process that is not about to stop.
    if (!app || !open) return new Response(null, { status: 503 });
    return dispatch(app, body, request.headers);
  }

  async function dispatch(to: App, body: Record<string, unknown>, headers: Headers): Promise<Response> {
    const isEvent = body.type === 'event_callback';
    const retryNum = Number(headers.get('x-slack-retry-num') ?? 0);
    const retryReason = headers.get('x-slack-retry-reason');
    let told: ((response: Response) => void) | undefined;
    const acknowledged = new Promise<Response>((resolve) => {
      told = resolve;
    });
    const processed = to.processEvent({
      body,
      ...(retryNum > 0 ? { retryNum } : {}),
      ...(retryReason ? { retryReason } : {}),
      ack: async (response?: unknown) => {
        if (!isEvent) told?.(acknowledgement(response));
      },
    });
    if (isEvent) {
      await withinAckTime(clock, processed);
      return new Response(null, { status: 200 });
    }
    // Nobody listens for what is not acknowledged in the end.
    return Promise.race([acknowledged, processed.then(() => new Response(null, { status: 404 }))]);
  }

  return {
    init(boltApp) {
      app = boltApp;
    },
    async start() {
      open = true;
    },
    async stop() {
      open = false;
    },
    get ready() {
      return open;
    },
    async httpHandler(request) {
      try {
        return await answer(request);
      } catch (error) {
        log.error({ error: describeError(error) }, 'a request to /slack/events failed');
        return new Response(null, { status: 500 });
      }
    },
  };
}

function acknowledgement(response: unknown): Response {
  if (response === undefined || response === '') return new Response(null, { status: 200 });
  return typeof response === 'string' ? new Response(response) : Response.json(response);
}

/** The raw body, or undefined when it is too long; reads no more than that. */
async function readBody(request: Request): Promise<Uint8Array | undefined> {
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** JSON events, form-encoded commands, presses as JSON in the form field `payload`. */
function parseBody(contentType: string, text: string): Record<string, unknown> | undefined {
  try {
    if (!contentType.startsWith('application/x-www-form-urlencoded')) return asObject(JSON.parse(text));
    const form = new URLSearchParams(text);
    const payload = form.get('payload');
    return payload === null ? Object.fromEntries(form) : asObject(JSON.parse(payload));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}
