/** Discord's HTTP API, version 10: authorisation, rate limits, and the endpoints that a bot of ours needs. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { readCommands } from './command-rules.ts';
import type { Interactions } from './interactions.ts';
import type { Messages } from './messages.ts';
import type { RateLimits } from './rate-limits.ts';
import { asObject, type Json, Refusal } from './refusal.ts';
import { channelJson, messageJson, userJson } from './wire.ts';
import type { StandinChannel, World } from './world.ts';

/** One request as it came, for tests that look at the wire. */
export interface SeenRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly body: Json;
  readonly status: number;
}

export interface HttpApi {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  readonly requests: SeenRequest[];
  /** Answers the next requests whose method and path match with this instead. */
  failNext(method: string, path: RegExp, status: number): void;
}

interface Call {
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Json;
  readonly raw: unknown;
  readonly files: readonly Json[];
}
interface Answer {
  readonly status: number;
  readonly body?: unknown;
}
interface Endpoint {
  readonly method: string;
  readonly pattern: RegExp;
  /** Webhook and callback endpoints carry their own token in the path. */
  readonly open?: true;
  readonly bucket?: string;
  run(call: Call): Answer;
}

export function createHttpApi(parts: {
  world: World;
  messages: Messages;
  interactions: Interactions;
  limits: RateLimits;
  gatewayUrl(): string;
  /** The direct channel with a person; refuses strangers. */
  openDirect(userId: string): StandinChannel;
}): HttpApi {
  const { world, messages, interactions, limits } = parts;
  const requests: SeenRequest[] = [];
  const failures: { method: string; path: RegExp; status: number }[] = [];
  const ok = (body: unknown): Answer => ({ status: 200, body });
  const noContent: Answer = { status: 204 };
  const at = (call: Call, index: number) => decodeURIComponent(call.params[index] ?? '');

  const endpoints: Endpoint[] = [
    { method: 'GET', pattern: /^\/gateway\/bot$/, run: () => ok(gatewayBot(parts.gatewayUrl())) },
    { method: 'GET', pattern: /^\/users\/@me$/, run: () => ok(userJson(world.bot)) },
    {
      method: 'GET',
      pattern: /^\/applications\/@me$/,
      run: () =>
        ok({ id: world.bot.id, name: world.bot.name, description: '', bot: userJson(world.bot), flags: 0 }),
    },
    { method: 'GET', pattern: /^\/applications\/(\d+)\/commands$/, run: () => ok(world.commands) },
    {
      method: 'PUT',
      pattern: /^\/applications\/(\d+)\/commands$/,
      run: (call) => {
        world.commands = readCommands(call.raw, world.nextId, world.bot.id);
        world.commandPuts += 1;
        return ok(world.commands);
      },
    },
    {
      method: 'POST',
      pattern: /^\/interactions\/(\d+)\/([^/]+)\/callback$/,
      open: true,
      run: (call) => {
        interactions.callback(at(call, 0), at(call, 1), call.body);
        return noContent;
      },
    },
    {
      method: 'GET',
      pattern: /^\/webhooks\/\d+\/([^/]+)\/messages\/([^/]+)$/,
      open: true,
      run: (call) => ok(messageJson(world, interactions.find(at(call, 0), at(call, 1)))),
    },
    {
      method: 'PATCH',
      pattern: /^\/webhooks\/\d+\/([^/]+)\/messages\/([^/]+)$/,
      open: true,
      bucket: 'webhook-edit',
      run: (call) =>
        ok(messageJson(world, interactions.edit(at(call, 0), at(call, 1), call.body, call.files))),
    },
    {
      method: 'DELETE',
      pattern: /^\/webhooks\/\d+\/([^/]+)\/messages\/([^/]+)$/,
      open: true,
      run: (call) => {
        interactions.find(at(call, 0), at(call, 1)).deleted = true;
        return noContent;
      },
    },
    {
      method: 'POST',
      pattern: /^\/webhooks\/\d+\/([^/]+)$/,
      open: true,
      bucket: 'webhook-send',
      run: (call) => ok(messageJson(world, interactions.followUp(at(call, 0), call.body, call.files))),
    },
    {
      method: 'POST',
      pattern: /^\/users\/@me\/channels$/,
      run: (call) => ok(channelJson(parts.openDirect(String(call.body.recipient_id)))),
    },
    {
      method: 'DELETE',
      pattern: /^\/channels\/(\d+)\/messages\/(\d+)$/,
      run: (call) => {
        messages.channel(at(call, 0));
        messages.find(at(call, 0), at(call, 1)).deleted = true;
        return noContent;
      },
    },
    {
      method: 'GET',
      pattern: /^\/channels\/(\d+)$/,
      run: (call) => ok(channelJson(messages.channel(at(call, 0)))),
    },
    {
      method: 'GET',
      pattern: /^\/channels\/(\d+)\/messages$/,
      run: (call) => {
        const { id } = messages.channel(at(call, 0));
        const after = BigInt(call.query.get('after') ?? '0');
        const listed = [...world.messages.values()].filter(
          (each) => each.channelId === id && !each.deleted && !each.ephemeral && BigInt(each.id) > after,
        );
        const limit = Number(call.query.get('limit') ?? '50');
        return ok(
          listed
            .slice(0, limit)
            .reverse()
            .map((each) => messageJson(world, each)),
        );
      },
    },
    {
      method: 'POST',
      pattern: /^\/channels\/(\d+)\/messages$/,
      bucket: 'channel-send',
      run: (call) => ok(messageJson(world, messages.createInChannel(at(call, 0), call.body, call.files))),
    },
    {
      method: 'PATCH',
      pattern: /^\/channels\/(\d+)\/messages\/(\d+)$/,
      bucket: 'channel-edit',
      run: (call) =>
        ok(messageJson(world, messages.editInChannel(at(call, 0), at(call, 1), call.body, call.files))),
    },
    {
      method: 'POST',
      pattern: /^\/channels\/(\d+)\/typing$/,
      bucket: 'typing',
      run: (call) => {
        world.typing.push({ channelId: messages.channel(at(call, 0)).id, at: world.now() });
        return noContent;
      },
    },
  ];

  const answer = (
    endpoint: Endpoint | undefined,
    call: Call,
    authorised: boolean,
    method: string,
    path: string,
  ) => {
    if (!endpoint) throw new Refusal(404, 0, '404: Not Found');
    if (!endpoint.open && !authorised) throw new Refusal(401, 0, '401: Unauthorized');
    const failure = failures.findIndex((each) => each.method === method && each.path.test(path));
    const status = failure < 0 ? undefined : failures.splice(failure, 1)[0]?.status;
    if (status !== undefined) throw new Refusal(status, 0, `${status}: made to fail`);
    return endpoint.run(call);
  };

  return {
    requests,
    failNext: (method, path, status) => void failures.push({ method, path, status }),
    async handle(request, response) {
      const method = request.method ?? 'GET';
      const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://discord');
      const path = pathname.replace(/^\/api\/v10/, '');
      const { raw, files } = await readBody(request);
      const body =
        typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? asObject(raw, 'body') : {};
      const endpoint = endpoints.find((each) => each.method === method && each.pattern.test(path));
      const params = endpoint?.pattern.exec(path)?.slice(1) ?? [];
      const limited = endpoint ? takeSlot(limits, endpoint, params) : { headers: {} };
      let result: Answer;
      if (limited.retryAfterMs !== undefined) {
        result = {
          status: 429,
          body: tooMany(limited.retryAfterMs, 'x-ratelimit-global' in limited.headers),
        };
      } else {
        try {
          const authorised = request.headers.authorization === `Bot ${world.token}`;
          result = answer(endpoint, { params, query, body, raw, files }, authorised, method, path);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          result = { status: error.status, body: error.body() };
        }
      }
      requests.push({ at: world.now(), method, path: decodeURIComponent(path), body, status: result.status });
      const text = result.body === undefined ? '' : JSON.stringify(result.body);
      response.writeHead(result.status, {
        ...(text ? { 'content-type': 'application/json' } : {}),
        ...limited.headers,
      });
      response.end(text);
    },
  };
}

function takeSlot(
  limits: RateLimits,
  endpoint: Endpoint,
  params: readonly string[],
): { headers: Record<string, string>; retryAfterMs?: number } {
  const globalWaitMs = endpoint.open ? undefined : limits.takeGlobal();
  if (globalWaitMs !== undefined) {
    const headers = {
      'retry-after': (globalWaitMs / 1000).toFixed(3),
      'x-ratelimit-global': 'true',
      'x-ratelimit-scope': 'global',
    };
    return { headers, retryAfterMs: globalWaitMs };
  }
  if (!endpoint.bucket) return { headers: {} };
  const { headers, retryAfterMs } = limits.take(endpoint.bucket, params[0] ?? '');
  if (retryAfterMs === undefined) return { headers };
  const refused = {
    ...headers,
    'retry-after': (retryAfterMs / 1000).toFixed(3),
    'x-ratelimit-scope': 'user',
  };
  return { headers: refused, retryAfterMs };
}

function tooMany(retryAfterMs: number, global: boolean): Json {
  return { message: 'You are being rate limited.', retry_after: retryAfterMs / 1000, global };
}

function gatewayBot(url: string): Json {
  const limit = { total: 1000, remaining: 1000, reset_after: 86_400_000, max_concurrency: 1 };
  return { url, shards: 1, session_start_limit: limit };
}

/** JSON, or a form with `payload_json` and files. */
async function readBody(request: IncomingMessage): Promise<{ raw: unknown; files: Json[] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  if (bytes.length === 0) return { raw: undefined, files: [] };
  if (!type.startsWith('multipart/form-data')) return { raw: JSON.parse(bytes.toString('utf8')), files: [] };
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const files: Json[] = [];
  for (const [name, value] of form) {
    if (typeof value !== 'string') {
      files.push({ id: name, filename: value.name, size: value.size, url: `https://cdn.test/${value.name}` });
    }
  }
  const payload = form.get('payload_json');
  return { raw: typeof payload === 'string' ? JSON.parse(payload) : {}, files };
}
