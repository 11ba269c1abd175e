/** SIGTERM in the middle of answers on every surface: a deploy shows nothing as failed, and the next process goes on. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { DIRECT, latest, shownText } from '../standins/slack/world.ts';
import { MAIN } from './bot-process.ts';
import { ANSWER } from './dying.ts';
import { answerOnPage, askOnPage, seeOnPage, textOf } from './page.ts';
import { createStage } from './stage.ts';
import { until } from './waiting.ts';

it('leaves its runs to the next process, cancelling nothing', { timeout: 180_000 }, async () => {
  await using stage = await createStage(
    { answer: ANSWER, tokensPerSecond: 60 },
    { platforms: ['discord', 'slack'] },
  );
  const first = await stage.startBot();
  const onDiscord = stage.discord.sendCommand({ name: 'ask', options: { prompt: 'Tell me a story' } });
  await stage.slack.directMessage('tell me a story');
  const onPage = await askOnPage(first, 'Tell me a story');

  const plain = (texts: readonly string[]) => texts.join(' ').replaceAll(/\s+/g, ' ');
  const discordText = () => plain(onDiscord.messages().map((message) => stage.discord.text(message)));
  const slackText = () => plain(stage.slack.messages(DIRECT).map((message) => shownText(latest(message))));
  await until(() => expect(discordText()).toContain('Sentence number 3 '));
  await until(() => expect(slackText()).toContain('Sentence number 3 '));
  const before = await seeOnPage(first, onPage, ({ blocks }) => textOf(blocks).includes('number 3 '));

  const { code, tookMs } = await first.terminate();
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(10_000);
  for (const text of [discordText(), slackText(), before.text]) {
    expect(text).toContain('Sentence number 3 ');
    expect(text).not.toMatch(/cancel|fail|wrong/i);
  }
  expect((await stage.books()).runs.map(({ state }) => state)).toEqual(['running', 'running', 'running']);

  const second = await stage.startBot();
  const after = await answerOnPage(second, onPage);
  expect(after.text).toBe(ANSWER);
  await until(() => expect(discordText()).toContain(ANSWER));
  await until(() => expect(slackText()).toContain(ANSWER));
  expect(stage.slack.messages(DIRECT)).toHaveLength(1);
  await until(async () =>
    expect(await stage.books()).toMatchObject({ settlements: 3, reservedMicroUsd: 0, differences: [] }),
  );
  expect(stage.sandbox.predictions.map(({ status }) => status)).toEqual([
    'succeeded',
    'succeeded',
    'succeeded',
  ]);
});

it('ends in good order while a platform still keeps it waiting', { timeout: 60_000 }, async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const bot = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATABASE_URL: 'sqlite::memory:',
      DISCORD_TOKEN: 'a.discord.token',
      DISCORD_API_URL: `http://127.0.0.1:${port}/api`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let log = '';
    bot.stdout.on('data', (text) => {
      log += text;
    });
    const exited = once(bot, 'exit');
    await once(silent, 'request');
    bot.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(log).not.toContain('The playground is at');
    expect(log).toContain('"msg":"stopped"');
  } finally {
    bot.kill('SIGKILL');
    silent.close();
    silent.closeAllConnections();
  }
});
