/** Discord's HTTP API, version 10: authorisation, rate limits, and the endpoints that a bot of ours needs. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkRequestSize } from './attachment-rules.ts';
import {
  type Answer,
  createEndpoints,
  type Endpoint,
  type EndpointCall,
  type EndpointParts,
} from './endpoints.ts';
import type { RateLimits } from './rate-limits.ts';
import { asObject, type Json, Refusal } from './refusal.ts';
import { readRequestBody } from './request-body.ts';
import type { World } from './world.ts';

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
  failNext(method: string, path: RegExp, status: number, code?: number): void;
  /** Keeps the next request that matches without an answer until the returned function is called. */
  holdNext(method: string, path: RegExp): () => void;
  /** Does what the next request that matches asks for, and cuts the connection instead of answering. */
  loseNext(method: string, path: RegExp): void;
  /** Answers every request that uploads a file of such a name with this instead. */
  failUploads(name: RegExp, status: number, code?: number): void;
  /** Nothing that was to fail or to get lost does any more. */
  clearFaults(): void;
}

export function createHttpApi(
  parts: EndpointParts & {
    limits: RateLimits;
    /** Where uploaded files can be fetched. */
    baseUrl(): string;
  },
): HttpApi {
  const { world, limits } = parts;
  const requests: SeenRequest[] = [];
  const failures: { method: string; path: RegExp; status: number; code: number }[] = [];
  const failingUploads: { name: RegExp; status: number; code: number }[] = [];
  const lost: { method: string; path: RegExp }[] = [];
  const held: { method: string; path: RegExp; released: Promise<void> }[] = [];
  const endpoints = createEndpoints(parts);

  const answer = (
    endpoint: Endpoint | undefined,
    call: EndpointCall,
    authorised: boolean,
    method: string,
    path: string,
  ) => {
    if (!endpoint) throw new Refusal(404, 0, '404: Not Found');
    if (!endpoint.open && !authorised) throw new Refusal(401, 0, '401: Unauthorized');
    const failure = failures.findIndex((each) => each.method === method && each.path.test(path));
    const [made] = failure < 0 ? [] : failures.splice(failure, 1);
    const upload = failingUploads.find(({ name }) => call.files.some(({ filename }) => name.test(filename)));
    const fault = made ?? upload;
    if (fault) throw new Refusal(fault.status, fault.code, `${fault.status}: made to fail`);
    return endpoint.run(call);
  };

  return {
    requests,
    failNext: (method, path, status, code = 0) => void failures.push({ method, path, status, code }),
    failUploads: (name, status, code = 0) => void failingUploads.push({ name, status, code }),
    clearFaults() {
      failures.length = 0;
      failingUploads.length = 0;
      lost.length = 0;
    },
    loseNext: (method, path) => void lost.push({ method, path }),
    holdNext(method, path) {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      held.push({ method, path, released });
      return () => release();
    },
    async handle(request, response) {
      const method = request.method ?? 'GET';
      const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://discord');
      const upload = /^\/attachments\/(\d+)\//.exec(pathname)?.[1];
      if (upload !== undefined) return serveUpload(world, upload, response);
      const path = pathname.replace(/^\/api\/v10/, '');
      const { raw, files, sizeBytes } = await readRequestBody(request, world, parts.baseUrl());
      const body =
        typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? asObject(raw, 'body') : {};
      const hold = held.findIndex((each) => each.method === method && each.path.test(path));
      if (hold >= 0) await held.splice(hold, 1)[0]?.released;
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
          checkRequestSize(sizeBytes);
          result = answer(endpoint, { params, query, body, raw, files }, authorised, method, path);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          result = { status: error.status, body: error.body() };
        }
      }
      requests.push({ at: world.now(), method, path: decodeURIComponent(path), body, status: result.status });
      const loss = lost.findIndex((each) => each.method === method && each.path.test(path));
      if (loss >= 0 && result.status < 300) {
        lost.splice(loss, 1);
        response.destroy();
        return;
      }
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

/** Discord's CDN, open to everybody who knows the address. */
function serveUpload(world: World, id: string, response: ServerResponse): void {
  const bytes = world.uploads.get(id);
  response.writeHead(bytes ? 200 : 404).end(bytes);
}
