/** Plays Slack over real HTTP and WebSocket: Web API, Socket Mode, signed HTTP events, people. Refuses what Slack refuses. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SCOPES } from '../../../src/bots/slack/manifest.ts';
import { createDeliveries, type Delivery } from './deliveries.ts';
import { createDialogs, type Dialogs } from './dialogs.ts';
import { receiveUpload, serveFile, shareFile } from './files.ts';
import { createHttpCarrier } from './http-mode.ts';
import { createPeople, type People } from './people.ts';
import { createRateLimits } from './rate-limits.ts';
import { asObject, asString, type Json, SlackRefusal } from './refusal.ts';
import { createSocketMode, type SocketMode } from './socket-mode.ts';
import { callMethod, respond } from './web-api.ts';
import { createWorld, type StandinMessage, type World } from './world.ts';

export interface SlackStandinOptions {
  readonly now?: () => number;
  /** How much wider than Slack's the rate tiers are; 1 is Slack. */
  readonly rateScale?: number;
  /** How long an acknowledgement may take, 3,000 ms on Slack. */
  readonly ackMs?: number;
}

/** What goes wrong with the next call of a method: the answer is lost, the request is lost, or Slack says this. */
type Mishap = 'lost-answer' | 'lost-request' | { readonly error: string };

interface ApiCall {
  readonly method: string;
  readonly at: number;
  readonly args: Json;
}

export interface SlackStandin extends People, Dialogs {
  readonly world: World;
  /** For `apiUrl`. */
  readonly apiUrl: string;
  readonly sockets: SocketMode;
  readonly calls: readonly ApiCall[];
  readonly deliveries: readonly Delivery[];
  /** How many requests got HTTP 429. */
  readonly rateLimited: number;
  /** What the bot wrote into a channel and is still there, oldest first; everything said to one person alone included. */
  messages(channel?: string): StandinMessage[];
  redeliver(eventId: string): Promise<Delivery>;
  failNext(method: string, mishap: Mishap): void;
  /** Answers the bytes of every upload of such a name with a 503; without a name, of none any more. */
  failUploads(name?: RegExp): void;
  /** How many of those there were. */
  readonly failedUploads: number;
  /** Puts a person's file on Slack; returns it as an event carries it. */
  file(file: { name: string; mimetype: string; bytes: Uint8Array; redirect?: string; more?: Json }): Json;
  /** From now on everything goes to this URL, signed, instead of through sockets. */
  deliverTo(url: string): void;
  close(): Promise<void>;
}

export async function createSlackStandin(options: SlackStandinOptions = {}): Promise<SlackStandin> {
  const world = createWorld(options.now ?? Date.now);
  const limits = createRateLimits(world.now, options.rateScale ?? 1);
  const calls: ApiCall[] = [];
  const mishaps = new Map<string, Mishap[]>();
  let rateLimited = 0;
  let badUpload: RegExp | undefined;
  let failedUploads = 0;

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      const refusal =
        error instanceof SlackRefusal
          ? error.body()
          : { ok: false, error: 'fatal_error', detail: String(error) };
      send(response, error instanceof SlackRefusal ? 200 : 500, refusal);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const sockets = createSocketMode(server, () => port);
  let deliveries = createDeliveries(sockets.carrier, options.ackMs ?? 3000);
  const baseUrl = `http://127.0.0.1:${port}`;

  function takeUpload(id: string, bytes: Buffer, request: IncomingMessage): number {
    if (!badUpload?.test(world.files.get(id)?.name ?? '')) return receiveUpload(world, id, bytes, request);
    failedUploads += 1;
    return 503;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', baseUrl).pathname;
    const raw = await read(request);
    const [, kind, id = ''] = path.split('/');
    const token = String(request.headers.authorization ?? '').replace('Bearer ', '');
    if (kind === 'upload') return void response.writeHead(takeUpload(id, raw, request)).end();
    if (kind === 'files') return serveFile(world, id, token === world.botToken, response);
    const body = raw.toString('utf8');
    if (path.startsWith('/response/')) {
      try {
        respond(world, path.slice('/response/'.length), asObject(JSON.parse(body), 'invalid_payload'));
        send(response, 200, { ok: true });
      } catch (error) {
        if (!(error instanceof SlackRefusal)) throw error;
        send(response, error.code.endsWith('_url') ? 404 : 400, error.body());
      }
      return;
    }
    const method = path.replace(/^\/api\//, '');
    const args = decode(body);
    const wanted = method === 'apps.connections.open' ? world.appToken : world.botToken;
    if (token !== wanted) throw new SlackRefusal(token ? 'invalid_auth' : 'not_authed');
    calls.push({ method, at: world.now(), args });
    const mishap = mishaps.get(method)?.shift();
    if (mishap === 'lost-request') return void request.socket.destroy();
    if (typeof mishap === 'object') throw new SlackRefusal(mishap.error);
    if (method === 'apps.connections.open') return send(response, 200, { ok: true, url: sockets.open() });
    const waitSeconds = limits.take(method, asString(args.channel));
    if (waitSeconds !== undefined) {
      rateLimited += 1;
      response.setHeader('retry-after', String(waitSeconds));
      return send(response, 429, { ok: false, error: 'ratelimited' });
    }
    const answer = callMethod(world, method, args, baseUrl);
    if (mishap === 'lost-answer') return void request.socket.destroy();
    // The app was installed from the manifest; Slack says with every answer what it may do.
    const granted = SCOPES.filter((scope) => !world.missingScopes.has(scope));
    response.setHeader('x-oauth-scopes', granted.join(','));
    send(response, 200, answer);
  }

  return {
    ...createPeople(
      world,
      () => deliveries,
      () => baseUrl,
    ),
    ...createDialogs(
      world,
      () => deliveries,
      () => baseUrl,
    ),
    world,
    apiUrl: `${baseUrl}/api/`,
    sockets,
    calls,
    get deliveries() {
      return deliveries.log;
    },
    get rateLimited() {
      return rateLimited;
    },
    messages: (channel) =>
      world.messages.filter(
        (message) =>
          message.author === world.botUser &&
          !message.deleted &&
          (channel === undefined || message.channel === channel),
      ),
    file: (file) => shareFile(world, baseUrl, file),
    redeliver: (eventId) => deliveries.redeliver(eventId),
    failNext(method, mishap) {
      mishaps.set(method, [...(mishaps.get(method) ?? []), mishap]);
    },
    failUploads(name) {
      badUpload = name;
    },
    get failedUploads() {
      return failedUploads;
    },
    deliverTo(url) {
      deliveries = createDeliveries(createHttpCarrier(url, world.signingSecret), options.ackMs ?? 3000);
    },
    async close() {
      deliveries.stop();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const JSON_FIELDS = new Set([
  'blocks',
  'metadata',
  'attachments',
  'files',
  'view',
  'chunks',
  'loading_messages',
]);

/** Form fields; those that hold JSON objects or lists are decoded, as Slack does. */
export function decode(body: string): Json {
  const args: Json = {};
  for (const [name, value] of new URLSearchParams(body)) {
    args[name] = JSON_FIELDS.has(name) ? JSON.parse(value) : value;
  }
  return args;
}

function send(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
