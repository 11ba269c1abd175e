/** Two processes over Postgres and Redis: what one leaves the other goes on with, limits are shared, Redis may go away. */

import { describe, expect, it } from 'vitest';
import { createPostgresDatabase, createRedisDatabase, postgresUrl, redisUrl } from '../services.ts';
import {
  ADA,
  ALICE,
  BOB,
  buttonsOf,
  GENERAL,
  latest,
  shownText,
  smallPrint,
} from '../standins/slack/world.ts';
import type { BotProcess } from './bot-process.ts';
import { expectOneCharge } from './charges.ts';
import { ANSWER } from './dying.ts';
import { answerOnPage, askOnPage } from './page.ts';
import { createStage, type Platform, type Stage } from './stage.ts';
import { allClosed, until } from './waiting.ts';
import { createWire, type Wire } from './wire.ts';

const SHORT = 'Hello to you.';
/** Half a minute of it. */
const LONG_ANSWER = Array.from(
  { length: 80 },
  (_, index) => `Sentence number ${index} of the long answer.`,
).join(' ');

interface Scene extends AsyncDisposable {
  readonly stage: Stage;
  /** Between the processes and Redis. */
  readonly wire: Wire;
  startBot(): Promise<BotProcess>;
}

/** `redisDatabase` is a number that no other test uses. */
async function createScene(
  redisDatabase: number,
  more: { platforms?: readonly Platform[]; config?: string } = {},
  answer = ANSWER,
  tokensPerSecond = 100,
): Promise<Scene> {
  const database = await createPostgresDatabase(postgresUrl ?? '');
  const redis = new URL(await createRedisDatabase(redisUrl ?? '', redisDatabase));
  const wire = await createWire(redis);
  redis.hostname = '127.0.0.1';
  redis.port = String(wire.port);
  const stage = await createStage(
    { answer, tokensPerSecond },
    { platforms: [], databaseUrl: database.url, ...more },
  );
  return {
    stage,
    wire,
    startBot: () => stage.startBot({ REDIS_URL: redis.href }),
    async [Symbol.asyncDispose]() {
      await stage.close();
      await wire.close();
      await database.drop();
    },
  };
}

describe.runIf(postgresUrl && redisUrl).concurrent('two processes', { timeout: 180_000 }, () => {
  const replies = (stage: Stage) => stage.slack.messages(GENERAL).filter(({ ephemeralFor }) => !ephemeralFor);
  const shown = (stage: Stage) => replies(stage).map((message) => shownText(latest(message)));

  it('one that is killed has its run taken over by the other, in the same message', async () => {
    await using scene = await createScene(10, { platforms: ['slack'] });
    const { stage } = scene;
    const first = await scene.startBot();
    const second = await scene.startBot();
    // Slack's stand-in gives everything to the connection that was made first.
    await stage.slack.slash('/ask', 'tell me a story');
    await until(() => expect(shown(stage).join()).toContain('Sentence number 3 '));
    expect(stage.sandbox.predictions.map(({ status }) => status)).toEqual(['processing']);
    await first.kill();
    await allClosed(stage);
    expect(second.log.join('\n')).toContain('picking up a run');
    expect(shown(stage)).toEqual([ANSWER]);
    expect(replies(stage).map((message) => smallPrint(latest(message)))).toEqual([
      expect.stringMatching(/llama · .*left today/),
    ]);
    await expectOneCharge(stage);
  });

  it('one that was merely slow lets go of what the other has taken over', async () => {
    await using scene = await createScene(11, { platforms: ['slack'] });
    const { stage } = scene;
    stage.sandbox.faults.stallAfterTokens = 40;
    const first = await scene.startBot();
    const second = await scene.startBot();
    await stage.slack.slash('/ask', 'tell me a story');
    await until(() => expect(shown(stage).join()).toContain('Sentence number 3 '));
    first.freeze();
    await until(() => expect(second.log.join('\n')).toContain('picking up a run'));
    first.thaw();
    await until(() => expect(first.log.join('\n')).toContain('another process has taken this run over'));
    const [message] = replies(stage);
    if (!message) throw new Error('no reply');
    const [cancel] = buttonsOf(latest(message));
    // The first press may meet the connection that broke while its process was asleep.
    const status = () => stage.sandbox.predictions[0]?.status;
    await until(async () => {
      if (status() !== 'canceled') await stage.slack.press(message, cancel?.actionId ?? '');
      expect(status()).toBe('canceled');
    });
    await allClosed(stage);
    expect(shown(stage)).toEqual([expect.stringMatching(/^Sentence number 0 [\s\S]*Cancelled\./)]);
    await expectOneCharge(stage);
  });

  it('keep together to what Slack allows a workspace, and show every answer whole', async () => {
    await using scene = await createScene(6, { platforms: ['slack'] }, LONG_ANSWER, 20);
    const { stage } = scene;
    const bots = [await scene.startBot(), await scene.startBot()];
    stage.slack.sockets.inTurn = true;
    for (const user of [ALICE, BOB, ADA, ALICE, BOB, ADA]) {
      await stage.slack.slash('/ask', 'tell me a story', { user });
    }
    await until(() => expect(replies(stage)).toHaveLength(6));
    await allClosed(stage);
    expect(shown(stage)).toEqual(Array.from({ length: 6 }, () => LONG_ANSWER));
    expect(stage.slack.rateLimited).toBe(0);
    for (const { log } of bots) expect(log.filter((line) => line.includes('run settled'))).toHaveLength(3);
    // The others would have been too many for one minute.
    const edits = stage.slack.calls.filter(({ method }) => method === 'chat.update').length;
    expect(edits).toBeGreaterThan(40);
  });

  it('count a person’s requests together', async () => {
    await using scene = await createScene(12, { config: 'limits: { requests: 4 per hour }' }, SHORT);
    const bots = [await scene.startBot(), await scene.startBot()];
    const answers = [];
    for (let index = 0; index < 6; index++) {
      const bot = bots[index % 2];
      if (bot) answers.push(await answerOnPage(bot, await askOnPage(bot, 'Hello')));
    }
    expect(answers.map(({ text }) => text === SHORT)).toEqual([true, true, true, true, false, false]);
    expect(answers.at(-1)?.text).toMatch(/^That was more than 4 requests in an hour\. Try again in/);
    expect(scene.stage.sandbox.predictions).toHaveLength(4);
  });

  it.each(['cut', 'silence'] as const)(
    'go on serving while the connection to Redis is under %s, and count together again when it is back',
    async (how) => {
      const config = 'limits: { requests: 2 per hour }';
      await using scene = await createScene(how === 'cut' ? 13 : 14, { config }, SHORT);
      const bot = await scene.startBot();
      const say = async () => (await answerOnPage(bot, await askOnPage(bot, 'Hello'))).text;
      expect(await say()).toBe(SHORT);
      scene.wire[how]();
      expect(await say()).toBe(SHORT);
      expect(await say()).toBe(SHORT);
      // By itself, too, it allows two in an hour and no more.
      expect(await say()).toMatch(/^That was more than 2 requests in an hour/);
      scene.wire.mend();
      await until(async () => {
        const text = await say();
        expect(bot.log.join('\n')).toContain('Redis is back');
        expect(text).toMatch(/^That was more than 2 requests in an hour/);
      });
      expect(scene.stage.sandbox.predictions.length).toBeLessThanOrEqual(4);
    },
  );
});
