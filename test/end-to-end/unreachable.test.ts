/** Platforms that cannot be reached at the start: the bot serves where it can, says what it waits for, and connects later. */

import { describe, expect, it } from 'vitest';
import { GENERAL, latest, shownText } from '../standins/slack/world.ts';
import type { BotProcess } from './bot-process.ts';
import { answerOnPage, askOnPage } from './page.ts';
import { createStage } from './stage.ts';
import { until } from './waiting.ts';
import { createWire } from './wire.ts';

const ANSWER = 'It is Rayleigh scattering.';

async function probe(bot: BotProcess, path: string) {
  const response = await fetch(bot.url + path);
  return { status: response.status, body: await response.json() };
}

describe('with Discord and Slack out of reach', { timeout: 180_000 }, () => {
  it('answers on the page meanwhile, and on each platform as soon as it is there', async () => {
    await using stage = await createStage({ answer: ANSWER }, { platforms: ['discord', 'slack'] });
    const discordWire = await createWire(new URL(stage.discordGate.url));
    const slackWire = await createWire(new URL(stage.slackGate.url));
    discordWire.cut();
    slackWire.cut();
    try {
      const bot = await stage.startBot({
        DISCORD_API_URL: `http://127.0.0.1:${discordWire.port}/api`,
        SLACK_API_URL: `http://127.0.0.1:${slackWire.port}/api/`,
      });
      expect(await probe(bot, '/healthz')).toMatchObject({ status: 200 });
      expect(await probe(bot, '/readyz')).toEqual({
        status: 503,
        body: { status: 'not ready', waitingFor: ['discord', 'slack'] },
      });
      const asked = await askOnPage(bot, 'Why is the sky blue?');
      expect((await answerOnPage(bot, asked)).text).toBe(ANSWER);

      slackWire.mend();
      await until(async () =>
        expect((await probe(bot, '/readyz')).body).toMatchObject({ waitingFor: ['discord'] }),
      );
      await stage.slack.slash('/ask', 'why is the sky blue?');
      await until(() => expect(stage.slack.messages(GENERAL).map(latest).map(shownText)).toEqual([ANSWER]));

      const waits = bot.log
        .map((line) => JSON.parse(line))
        .filter(({ surface, msg }) => surface === 'discord' && /cannot be reached/.test(msg))
        .map(({ nextInMs }) => nextInMs);
      expect(waits.length).toBeGreaterThan(1);
      expect(waits).toEqual(waits.map((_, index) => 1000 * 2 ** index));

      discordWire.mend();
      await until(async () => expect(await probe(bot, '/readyz')).toMatchObject({ status: 200 }));
      const onDiscord = stage.discord.sendCommand({ name: 'ask', options: { prompt: 'Why?' } });
      await until(() =>
        expect(onDiscord.messages().map((message) => stage.discord.text(message))).toEqual([
          expect.stringContaining(ANSWER),
        ]),
      );
    } finally {
      await discordWire.close();
      await slackWire.close();
    }
  });

  it('goes on trying when Discord falls over in the middle of the login', async () => {
    await using stage = await createStage();
    stage.discord.failNext('GET', /gateway\/bot/, 500);
    const bot = await stage.startBot();
    await until(async () => expect(await probe(bot, '/readyz')).toMatchObject({ status: 200 }));
    expect(bot.log.join('\n')).toContain('cannot be reached');
    const asked = stage.discord.sendCommand({ name: 'usage' });
    await until(() =>
      expect(
        asked
          .messages()
          .map((message) => stage.discord.text(message))
          .join(),
      ).toContain('per day'),
    );
    expect((await bot.terminate()).code).toBe(0);
    await until(() => expect(stage.discord.connected()).toBe(0));
  });
});
