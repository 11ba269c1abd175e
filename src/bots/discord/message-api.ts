/** Sends the requests of replies: each at once or not at all, none behind another, none twice. */

import { openAsBlob } from 'node:fs';
import {
  DefaultRestOptions,
  RateLimitError,
  REST,
  RESTJSONErrorCodes,
  type RESTOptions,
  type RequestMethod,
  type RouteLike,
} from 'discord.js';
import { z } from 'zod';
import type { Lane } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import { RateLimitedError } from '../../core/errors.ts';
import type { SharedSlots } from '../../core/reply/shared-slots.ts';
import { createTurns } from '../../core/reply/turns.ts';
import { createLaneRates } from './lane-rates.ts';

/** A stalled request must not hold its reply up for long; an upload may take longer, as on a line of 100 kB a second. */
const editTimeoutMs = 15_000;
const slowestBytesPerMs = 100;

/** Discord takes 50 requests a second with the bot's token; some are left for what is none of a reply's, like typing. */
const botTurns = { slots: 45, windowMs: 1000 };

export interface Upload {
  readonly path: string;
  readonly contentType: string;
  readonly fileName: string;
  readonly sizeBytes: number;
}

export interface MessageRequest {
  readonly method: RequestMethod;
  readonly route: RouteLike;
  readonly body?: object;
  readonly query?: URLSearchParams;
  /** In the body's `attachments` they are named by their place here. */
  readonly uploads?: readonly Upload[];
}

/** Rejects with discord.js's errors, RateLimitedError, or UnreadableFileError. Only one at a time. */
export type SendRequest = (request: MessageRequest) => Promise<unknown>;

/** A file that was to be uploaded is not there any more. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
  readonly path: string;

  constructor(path: string) {
    super('a file to upload could not be read');
    this.path = path;
  }
}

export interface MessageApi {
  /**
   * For one reply. discord.js keeps one queue for all that shares a bucket, in which a stalled request holds up everybody
   * else's: a client of its own has nobody before it. That they stay within the bucket together is the pacer's work.
   * `isFinal`: whether its last message is being written.
   */
  open(isFinal: () => boolean): SendRequest;
  /** Only one process at a time writes through an interaction. */
  interactionLane(interactionId: string): Lane;
  channelLane(channelId: string): Lane;
}

export function createMessageApi(parts: {
  readonly rest: Partial<RESTOptions>;
  readonly token: string;
  readonly clock: Clock;
  /** The application's id; empty before Discord has told it. */
  readonly bot: () => string;
  /** Counts what Discord counts together for all processes of this bot. */
  readonly slots?: SharedSlots | undefined;
}): MessageApi {
  const { clock, bot, slots } = parts;
  const rates = createLaneRates();
  const shared = (what: string) => ({ key: `discord:${bot()}:${what}`, shared: bot() !== '' });
  const turns = createTurns({ lane: () => ({ ...shared('bot'), ...botTurns }), clock, slots });
  /** Discord wants nothing that carries the bot's token before this moment. */
  let globalUntil = 0;

  return {
    interactionLane: (id) => ({ key: `discord:interaction:${id}`, ...rates.rate('interaction') }),
    channelLane: (id) => ({ ...shared(`channel:${id}`), ...rates.rate('channel') }),
    open(isFinal) {
      const rest = new REST({
        ...parts.rest,
        makeRequest,
        rejectOnRateLimit: () => true,
        hashSweepInterval: 0,
        handlerSweepInterval: 0,
      });
      rest.setToken(parts.token);
      return async ({ method, route, body, query, uploads = [] }) => {
        const open = route.startsWith('/webhooks/');
        const uploadBytes = uploads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        rest.options.timeout = editTimeoutMs + Math.ceil(uploadBytes / slowestBytesPerMs);
        const form = uploads.length > 0 ? await toForm(body, uploads) : undefined;
        try {
          const request = async () => {
            if (!open && clock.now() < globalUntil) throw new RateLimitedError(globalUntil - clock.now());
            return rest.queueRequest({
              method,
              fullRoute: route,
              auth: !open,
              ...(query ? { query } : {}),
              ...(form ? { body: form, passThroughBody: true } : body ? { body } : {}),
            });
          };
          const response = await (open ? request() : turns.take(request, isFinal()));
          if (method !== 'GET') rates.learn(open ? 'interaction' : 'channel', method, response.headers);
          return response.status === 204 ? undefined : await response.json();
        } catch (error) {
          if (error instanceof RateLimitError && error.global) globalUntil = clock.now() + error.retryAfter;
          throw error;
        }
      };
    },
  };
}

const tooOldToEdit = z.object({
  code: z.literal(RESTJSONErrorCodes.MaximumNumberOfEditsToMessagesOlderThanOneHourReached),
});

/**
 * That an old message was edited too often Discord says with a 429, as if waiting would help: a plain refusal here.
 * Forms go out through Node's own fetch: the undici that discord.js brings along hands them to the dispatcher of whichever
 * undici was loaded first, and that of the Slack client does not know them.
 */
const makeRequest: RESTOptions['makeRequest'] = async (url, init) => {
  const { method = 'POST', headers, body, signal } = init;
  const response =
    body instanceof FormData
      ? await fetch(url, {
          method,
          headers: new Headers(Object.entries(headers ?? {})),
          body,
          signal: signal ?? null,
        })
      : await DefaultRestOptions.makeRequest(url, init);
  if (response.status !== 429) return response;
  const text = await response.text();
  const kept = new Headers([...response.headers]);
  if (!tooOldToEdit.safeParse(readJson(text)).success)
    return new Response(text, { status: 429, headers: kept });
  kept.delete('retry-after');
  return new Response(text, { status: 400, headers: kept });
};

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The files stay on disk until they are sent. */
async function toForm(body: object | undefined, uploads: readonly Upload[]): Promise<FormData> {
  const form = new FormData();
  form.append('payload_json', JSON.stringify(body ?? {}));
  for (const [index, { path, contentType, fileName }] of uploads.entries()) {
    form.append(`files[${index}]`, await open(path, contentType), fileName);
  }
  return form;
}

async function open(path: string, contentType: string): Promise<Blob> {
  try {
    return await openAsBlob(path, { type: contentType });
  } catch {
    throw new UnreadableFileError(path);
  }
}
