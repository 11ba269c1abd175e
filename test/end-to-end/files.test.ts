/** Files all the way: from the page to the model and back, byte for byte, also through a kill -9. */

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it, type TestContext } from 'vitest';
import { z } from 'zod';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/server.ts';
import { wav } from '../commands/named-core.ts';
import { type BotProcess, startBot } from './bot-process.ts';
import { digest, madeBy } from './made-files.ts';
import { type Asked, answerOnPage, askOnPage, type PageAnswer, pressOnPage, seeOnPage } from './page.ts';
import { until } from './waiting.ts';

const CONFIG = `
models:
  gpt: { ref: openai/gpt-4o-mini, context: 20000 }
commands:
  ask: { model: gpt }
`;

interface Scene {
  readonly sandbox: Sandbox;
  /** On the same database each time. */
  startBot(): Promise<BotProcess>;
}

async function setUp({ onTestFinished }: TestContext, options: SandboxOptions = {}): Promise<Scene> {
  const sandbox = createSandbox({ coldBootMs: 0, stepsPerSecond: 1000, ...options });
  const { url } = await sandbox.start();
  const folder = mkdtempSync(join(tmpdir(), 'replibot-'));
  const config = join(folder, 'replibot.yaml');
  writeFileSync(config, CONFIG);
  const bots: BotProcess[] = [];
  onTestFinished(async () => {
    await Promise.all(bots.map((bot) => bot.kill()));
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    sandbox,
    async startBot() {
      const bot = await startBot({
        REPLICATE_API_TOKEN: 'r8_test',
        REPLICATE_API_URL: url,
        DATABASE_URL: `sqlite:${join(folder, 'replibot.db')}`,
        REPLIBOT_CONFIG: config,
      });
      bots.push(bot);
      return bot;
    },
  };
}

const shown = z.object({ files: z.array(z.object({ key: z.string(), name: z.string() })).default([]) });

/** The files under an answer, as the page fetches them. */
async function filesOf(bot: BotProcess, { conversation, replyId }: Asked, answer: PageAnswer) {
  const { files } = shown.parse(answer);
  return Promise.all(
    files.map(async ({ key, name }) => {
      const response = await fetch(`${bot.url}/chat/${conversation}/${replyId}/files/${key}`);
      return { name, digest: digest(Buffer.from(await response.arrayBuffer())) };
    }),
  );
}

async function askWithFile(
  bot: BotProcess,
  text: string,
  name: string,
  bytes: Uint8Array,
): Promise<PageAnswer> {
  const begun = await fetch(`${bot.url}/uploads`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, contentType: '', sizeBytes: bytes.length }),
  });
  const { id } = z.object({ id: z.string() }).parse(await begun.json());
  await fetch(`${bot.url}/uploads/${id}?offset=0`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  const asked = { conversation: randomUUID(), replyId: randomUUID() };
  const response = await fetch(`${bot.url}/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ conversation: asked.conversation, id: asked.replyId, text, files: [id] }),
  });
  expect(response.status).toBe(202);
  return answerOnPage(bot, asked);
}

describe.concurrent('files on the page', { timeout: 180_000 }, () => {
  it('pictures come as the model made them, and their buttons work after a restart', async (context) => {
    const { sandbox, startBot: start } = await setUp(context);
    const first = await start();
    const asked = await askOnPage(first, '/imagine a red fox --count 2 --aspect 1:1');
    const answer = await answerOnPage(first, asked);
    const files = await filesOf(first, asked, answer);
    expect(files.map(({ name }) => name)).toEqual(['a-red-fox-1.png', 'a-red-fox-2.png']);
    expect(files.map((file) => file.digest)).toEqual(await madeBy(sandbox, 0));
    await first.kill();

    const second = await start();
    expect(await filesOf(second, asked, answer)).toEqual(files);
    const vary = answer.buttons.find(({ label }) => label === 'Vary 2');
    expect(await pressOnPage(second, asked, vary)).not.toMatch(/no longer|not work/);
    await until(() => expect(sandbox.predictions[1]?.status).toBe('succeeded'));
    const [, picture] = z.array(z.string()).parse(sandbox.predictions[0]?.output);
    expect(sandbox.predictions[1]?.input).toMatchObject({ prompt: 'a red fox', image: picture });
  });

  it('pictures that a killed bot was fetching are fetched by the next, and paid once', async (context) => {
    const { sandbox, startBot: start } = await setUp(context, { failFiles: { status: 503, times: 1000 } });
    const first = await start();
    const asked = await askOnPage(first, '/imagine a red fox');
    await until(() => expect(sandbox.faults.failFiles?.times).toBeLessThan(1000));
    await first.kill();
    sandbox.faults.failFiles = null;

    const second = await start();
    const answer = await seeOnPage(second, asked, (exchange) => exchange.final);
    expect((await filesOf(second, asked, answer)).map((file) => file.digest)).toEqual(
      await madeBy(sandbox, 0),
    );
    expect(sandbox.predictions).toHaveLength(1);
    const usage = await answerOnPage(second, await askOnPage(second, '/usage'));
    expect(usage.text.match(/sdxl/g)).toHaveLength(1);
  });

  it('a picture and a recording reach the model as they were sent', async (context) => {
    const { startBot: start } = await setUp(context);
    const bot = await start();
    const picture = PNG.sync.write(new PNG({ width: 32, height: 32 }));
    const seen = await askWithFile(bot, 'What is this?', 'photo.png', picture);
    expect(seen.text).toContain(digest(picture).slice(0, 8));
    const recording = wav(3);
    const heard = await askWithFile(bot, '/transcribe', 'memo.wav', recording);
    expect(heard.text).toContain(digest(recording).slice(0, 8));
  });

  it('a link to this machine is not opened', async (context) => {
    const { sandbox, startBot: start } = await setUp(context);
    const bot = await start();
    const refused = await answerOnPage(bot, await askOnPage(bot, `/transcribe ${bot.url}/healthz`));
    expect(refused.text).toMatch(/does not lead to a public address/);
    expect(sandbox.predictions).toEqual([]);
  });
});
