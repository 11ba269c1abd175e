/** The whole bot in this process, on Discord, Slack and the page at once, over the sandbox. */

import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { readConfig } from '../../src/core/config/config.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { silent } from '../core/models/replicate-server.ts';
import type { StandinAttachment } from '../standins/discord/command-data.ts';
import { createDiscordStandin, type DiscordStandin } from '../standins/discord/standin.ts';
import { createSlackStandin, type SlackStandin } from '../standins/slack/slack-standin.ts';
import type { StandinView } from '../standins/slack/world.ts';

export interface WholeBot {
  readonly sandbox: Sandbox;
  readonly discord: DiscordStandin;
  readonly slack: SlackStandin;
  /** Of the page. */
  readonly url: string;
  /** Stops it and starts another one that remembers nothing. */
  replace(): Promise<void>;
  /** Posts JSON as the page does; throws unless that was taken. */
  post(path: string, body: unknown): Promise<unknown>;
  /** Sends a file as the page does; resolves with its id. */
  upload(name: string, bytes: Uint8Array): Promise<string>;
  /** A file that somebody has put on Discord: its link is open to everybody. */
  onDiscord(name: string, bytes: Uint8Array): StandinAttachment;
  /** The newest dialog on Slack, when there are so many. */
  slackView(count?: number): Promise<StandinView>;
  close(): Promise<void>;
}

export const until = <T>(condition: () => T | Promise<T>) =>
  vi.waitFor(condition, { timeout: 15_000, interval: 20 });

export const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export async function startWholeBot(yaml: string): Promise<WholeBot> {
  const folder = await mkdtemp(join(tmpdir(), 'replibot-test-'));
  const sandbox = createSandbox({ coldBootMs: 0, fetchLinks: true });
  const sandboxUrl = (await sandbox.start()).url;
  const discord = await createDiscordStandin();
  const slack = await createSlackStandin();
  const path = join(folder, 'replibot.yaml');
  await writeFile(path, yaml);
  let starts = 0;
  const start = () =>
    startApp(
      readConfig({
        REPLIBOT_CONFIG: path,
        DATABASE_URL: `sqlite:${join(folder, `replibot-${++starts}.db`)}`,
        PORT: '0',
        REPLICATE_API_TOKEN: 'r8_test',
        REPLICATE_API_URL: sandboxUrl,
        DISCORD_TOKEN: discord.token,
        DISCORD_API_URL: discord.apiUrl,
        SLACK_BOT_TOKEN: slack.world.botToken,
        SLACK_APP_TOKEN: slack.world.appToken,
        SLACK_API_URL: slack.apiUrl,
      }),
      silent,
    );
  let app: App = await start();

  async function send(
    way: string,
    method: string,
    contentType: string,
    body: string | Uint8Array<ArrayBuffer>,
  ): Promise<unknown> {
    const headers = { 'content-type': contentType, origin: app.url };
    const response = await fetch(app.url + way, { method, headers, body });
    if (!response.ok) throw new Error(`${way}: ${response.status}`);
    return response.json();
  }
  const post: WholeBot['post'] = (way, body) => send(way, 'POST', 'application/json', JSON.stringify(body));

  return {
    sandbox,
    discord,
    slack,
    get url() {
      return app.url;
    },
    async replace() {
      await app.stop();
      app = await start();
    },
    post,
    async upload(name, bytes) {
      const begun = await post('/uploads', { name, contentType: 'image/png', sizeBytes: bytes.length });
      const id = String(Object(begun).id);
      await send(`/uploads/${id}?offset=0`, 'PATCH', 'application/octet-stream', new Uint8Array(bytes));
      return id;
    },
    onDiscord(name, bytes) {
      const id = discord.world.nextId();
      discord.world.uploads.set(id, bytes);
      const url = `${new URL(discord.apiUrl).origin}/attachments/${id}/${name}`;
      return { name, url, contentType: 'image/png', sizeBytes: bytes.length };
    },
    slackView: (count = 1) =>
      until(() => {
        const view = slack.world.views[count - 1];
        if (!view) throw new Error('no dialog yet');
        return view;
      }),
    async close() {
      await app.stop();
      await Promise.all([discord.close(), slack.close(), sandbox.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}
