/** The surfaces that are configured, and what of them is mounted on the HTTP server. */

import { dirname, join } from 'node:path';
import { createApiSurface } from '../bots/api/api-surface.ts';
import { createWebSurface } from '../bots/web/web-surface.ts';
import type { ApiKeys } from '../core/api-keys.ts';
import type { Clock } from '../core/clock.ts';
import type { Command } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import { createPublicPost } from '../core/files/public-post.ts';
import type { HttpServer } from '../core/http/http-server.ts';
import type { Log } from '../core/log.ts';
import type { Models } from '../core/models/prediction.ts';
import type { SharedSlots } from '../core/reply/shared-slots.ts';
import type { Requests } from '../core/requests.ts';
import type { Runner } from '../core/runs/runner.ts';
import type { RunStore } from '../core/runs/store.ts';
import type { Cache } from '../core/storage/cache.ts';
import type { Handler, Surface } from '../core/surface.ts';
import { SANDBOX_NOTICE } from './replicate.ts';

export interface SurfaceParts {
  readonly config: Config;
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly requests: Requests;
  readonly runner: Runner;
  readonly runs: RunStore;
  readonly models: Models;
  readonly keys: ApiKeys;
  readonly exchanges: Cache;
  readonly slots: SharedSlots | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** The platforms' clients take a while to load: only those that are configured are. */
async function createDiscord(parts: SurfaceParts) {
  const { discord, replies } = parts.config;
  if (!discord) return undefined;
  const { createDiscordSurface } = await import('../bots/discord/surface.ts');
  return createDiscordSurface({ ...discord, ...parts, threads: replies.discordThreads });
}

async function createSlack(parts: SurfaceParts) {
  const { slack } = parts.config;
  if (!slack) return undefined;
  const { createSlackSurface } = await import('../bots/slack/surface.ts');
  const { botToken, apiUrl, transport } = slack;
  return createSlackSurface({ botToken, ...(apiUrl && { apiUrl }), ...transport, ...parts });
}

/** What the page shows is kept beside a database file, else where the bot was started. */
function filesBeside(databaseUrl: string): string {
  const path = /^sqlite:(?!:memory:)(.+)$/.exec(databaseUrl)?.[1];
  return join(path === undefined ? 'data' : dirname(path), 'files');
}

/** Slack sends what people paste. */
const SLACK_BODY_BYTES = 4 * 1024 * 1024;

export interface ConfiguredSurfaces {
  readonly all: readonly Surface[];
  mountOn(http: Pick<HttpServer, 'mount'>): void;
}

export async function createSurfaces(parts: SurfaceParts): Promise<ConfiguredSurfaces> {
  const { config } = parts;
  // With a public URL something forwards to us from elsewhere: whoever comes from this machine may be anybody.
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(config.http.host) && !config.http.publicUrl;
  const web = createWebSurface({
    ...parts,
    access: { loopback, ...(config.adminToken && { adminToken: config.adminToken }) },
    ...(!config.replicate.token && { notice: SANDBOX_NOTICE }),
    store: parts.exchanges,
    filesDirectory: filesBeside(config.databaseUrl),
  });
  const api = createApiSurface({ ...parts, post: createPublicPost() });
  const discord = await createDiscord(parts);
  const slack = await createSlack(parts);
  return {
    all: [web, api, ...(discord ? [discord] : []), ...(slack ? [slack] : [])],
    mountOn(http) {
      http.mount('/', web.app.fetch);
      // It has a limit of its own, and refuses in its own form.
      http.mount('/v1', api.app.fetch, { maxBodyBytes: Number.POSITIVE_INFINITY });
      if (slack?.httpHandler) {
        http.mount('/slack/events', slack.httpHandler, { maxBodyBytes: SLACK_BODY_BYTES });
      }
    },
  };
}
