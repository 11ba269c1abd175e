/** Replicate's webhooks all the way: they end a wait before polling would, also in a process that another one's webhook reaches. */

import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { createApiKeys } from '../../src/core/api-keys.ts';
import { systemClock } from '../../src/core/clock.ts';
import { openDatabase } from '../../src/core/storage/open-database.ts';
import { createPostgresDatabase, postgresUrl } from '../services.ts';
import type { BotProcess } from './bot-process.ts';
import { createStage, type Stage } from './stage.ts';
import { allClosed, until } from './waiting.ts';

const SECRET = `whsec_${Buffer.from('replicate signs with this').toString('base64')}`;
/** A model without a stream: only polling tells how it is, and a webhook. */
const CONFIG = `
models: { poet: { ref: sandbox/quiet-poet, price: { hardware: t4 } } }
commands: { ask: { model: poet } }
`;

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

function inFolder(onTestFinished: TestContext['onTestFinished']): string {
  const folder = mkdtempSync(join(tmpdir(), 'replibot-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return `sqlite:${join(folder, 'bot.db')}`;
}

interface Scene {
  readonly stage: Stage;
  /** Asked over HTTP, and follows what it was asked for. */
  readonly asked: BotProcess;
  /** Where Replicate sends its webhooks. */
  readonly publicUrl: string;
  readonly key: string;
}

async function setUp(
  { onTestFinished }: TestContext,
  processes: 1 | 2,
  databaseUrl = inFolder(onTestFinished),
): Promise<Scene> {
  const stage = await createStage(
    { coldBootMs: 0, stallAfterTokens: 0, webhookSecret: SECRET },
    { platforms: [], databaseUrl, config: CONFIG },
  );
  onTestFinished(() => stage.close());
  const port = await findPort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const receiver = await stage.startBot({ PORT: String(port), PUBLIC_URL: publicUrl });
  const asked = processes === 1 ? receiver : await stage.startBot({ PUBLIC_URL: publicUrl });
  const database = await openDatabase(databaseUrl);
  const { secret: key } = await createApiKeys({ database, clock: systemClock }).create('tests', {
    admin: false,
  });
  await database.close();
  return { stage, asked, publicUrl, key };
}

async function ask({ asked, key }: Scene): Promise<void> {
  const response = await fetch(`${asked.url}/v1/infer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ command: 'ask', input: { prompt: 'A poem' } }),
  });
  expect(response.status).toBe(202);
}

/** The polls of the one prediction as they are answered; `onPoll` gets the milliseconds between it and the one before. */
function watchPolls({ replicateGate }: Stage, onPoll: (gapMs: number) => void): void {
  let before = Date.now();
  replicateGate.watch(({ when, method, path }) => {
    if (when === 'after' && method === 'GET' && /\/predictions\/\w+$/.test(path)) {
      onPoll(Date.now() - before);
      before = Date.now();
    }
    return 'pass';
  });
}

/** Ends the prediction right after a poll that came after a long wait: the next one would come later still. */
async function expectWoken(scene: Scene): Promise<void> {
  const { stage } = scene;
  const gaps: number[] = [];
  let ended: Promise<unknown> | undefined;
  watchPolls(stage, (gapMs) => {
    gaps.push(gapMs);
    const [prediction] = stage.sandbox.predictions;
    if (gapMs < 3000 || ended) return;
    ended = fetch(`${stage.sandboxUrl}/predictions/${prediction?.id}/cancel`, {
      method: 'POST',
      headers: { authorization: 'Bearer r8_test' },
    });
  });
  await ask(scene);
  await until(() => expect(ended).toBeDefined());
  await ended;
  await allClosed(stage);
  const [waited = 0, woken = 0] = gaps.slice(gaps.findIndex((gapMs) => gapMs >= 3000));
  expect(woken).toBeLessThan(waited / 2);
}

describe.concurrent('a webhook', { timeout: 180_000 }, () => {
  it('ends the wait for its prediction before polling would', async (context) => {
    await expectWoken(await setUp(context, 1));
  });

  it.runIf(postgresUrl)('reaches the run of another process on the same database', async (context) => {
    const database = await createPostgresDatabase(postgresUrl ?? '');
    context.onTestFinished(() => database.drop());
    await expectWoken(await setUp(context, 2, database.url));
  });

  it('wakes nobody when it is forged, too old, or comes a second time', async (context) => {
    const scene = await setUp(context, 1);
    const gaps: number[] = [];
    watchPolls(scene.stage, (gapMs) => gaps.push(gapMs));
    await ask(scene);
    await until(() => expect(gaps.at(-1)).toBeGreaterThan(3000));
    const send = (id: string, { key = SECRET, at = Date.now() } = {}) => {
      const body = JSON.stringify({ id: scene.stage.sandbox.predictions[0]?.id, status: 'succeeded' });
      const timestamp = String(Math.floor(at / 1000));
      const signature = createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
        .update(`${id}.${timestamp}.${body}`)
        .digest('base64');
      return fetch(`${scene.publicUrl}/webhooks/replicate`, {
        method: 'POST',
        body,
        headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
      });
    };
    const before = gaps.length;
    expect((await send('msg_1', { key: `whsec_${btoa('somebody else')}` })).status).toBe(401);
    expect((await send('msg_1', { at: Date.now() - 6 * 60_000 })).status).toBe(401);
    expect(gaps).toHaveLength(before);
    expect((await send('msg_1')).status).toBe(204);
    await until(() => expect(gaps).toHaveLength(before + 1));
    expect((await send('msg_1')).status).toBe(204);
    // The next one is polling's own.
    await until(() => expect(gaps).toHaveLength(before + 2));
    expect(gaps.at(-1)).toBeGreaterThan(3000);
  });
});
