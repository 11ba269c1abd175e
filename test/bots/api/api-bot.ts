/** The whole bot with its sandbox and an API key, and a program that talks to it over HTTP. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startApp } from '../../../src/app.ts';
import type { NewApiKey } from '../../../src/core/api-keys.ts';
import { createApiKeys } from '../../../src/core/api-keys.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { readConfig } from '../../../src/core/config/config.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';

export interface ApiBot {
  readonly url: string;
  readonly key: NewApiKey;
  newKey(name: string, admin?: boolean): Promise<NewApiKey>;
  revoke(name: string): Promise<void>;
  /** With the key, unless `headers` say otherwise. */
  call(path: string, request?: CallOptions): Promise<Answer>;
}

export interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what came is what the tests are about
  readonly body: any;
}

export async function startApiBot(env: Readonly<Record<string, string>> = {}): Promise<ApiBot> {
  const directory = await mkdtemp(join(tmpdir(), 'replibot-api-'));
  const databaseUrl = `sqlite:${join(directory, 'bot.db')}`;
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const app = await startApp(readConfig({ PORT: '0', DATABASE_URL: databaseUrl, ...env }), silent);
  const database = await openDatabase(databaseUrl);
  const keys = createApiKeys({ database, clock: systemClock });
  onTestFinished(async () => {
    await app.stop();
    await database.close();
    await rm(directory, { recursive: true });
  });
  const newKey = (name: string, admin = false) => keys.create(name, { admin });
  const key = await newKey('tests');
  return {
    url: app.url,
    key,
    newKey,
    revoke: async (name) => void (await keys.revoke(name)),
    async call(path, { method = 'GET', body, headers = {} } = {}) {
      const response = await fetch(`${app.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${key.secret}`, ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json');
      return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
    },
  };
}
