/** A person asks on Slack, over either connection: the reply read update by update, repeated events, the ledger checked. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ADA,
  BOB,
  DIRECT,
  GENERAL,
  latest,
  type StandinMessage,
  shownText,
  smallPrint,
} from '../standins/slack/world.ts';
import { ANSWER, expectGrowing, FOOTNOTE, plain, prompts } from './asking.ts';
import { expectCharged } from './charges.ts';
import { createStage, type Stage } from './stage.ts';
import { allClosed, until } from './waiting.ts';

describe.each(['Socket Mode', 'HTTP'] as const)('on Slack over %s', { timeout: 120_000 }, (mode) => {
  let stage: Stage;
  let slack: Stage['slack'];
  beforeAll(async () => {
    stage = await createStage({ answer: ANSWER, tokensPerSecond: 80 }, { platforms: [] });
    slack = stage.slack;
    const bot = await stage.startBot({
      SLACK_BOT_TOKEN: slack.world.botToken,
      SLACK_API_URL: slack.apiUrl,
      ...(mode === 'HTTP'
        ? { SLACK_SIGNING_SECRET: slack.world.signingSecret }
        : { SLACK_APP_TOKEN: slack.world.appToken }),
    });
    if (mode === 'HTTP') slack.deliverTo(`${bot.url}/slack/events`);
  });
  afterAll(() => stage.close());

  async function finished(find: () => StandinMessage | undefined): Promise<StandinMessage> {
    return until(() => {
      const message = find();
      if (!message) throw new Error('no reply');
      expect(smallPrint(latest(message))).toMatch(FOOTNOTE);
      return message;
    });
  }

  async function expectAnswer(message: StandinMessage): Promise<void> {
    expectGrowing(message.versions.map(shownText));
    expect(slack.messages().flatMap((each) => each.versions.flatMap((version) => version.pings))).toEqual([]);
    await until(() => expectCharged(stage));
  }

  it('/ask streams into its reply, pings nobody, and says what it cost', async () => {
    const before = slack.messages(GENERAL).length;
    const delivery = await slack.slash('/ask', 'who is there?');
    expect(delivery.failure).toBeUndefined();
    await expectAnswer(await finished(() => slack.messages(GENERAL)[before]));
    expect(prompts(stage).at(-1)).toBe('who is there?');
  });

  it('a mention is answered in its thread, where the conversation goes on', async () => {
    const { message } = await slack.mention('<@bot> my name is Bob', { user: BOB });
    const inThread = () => slack.messages(GENERAL).filter((each) => each.threadTs === message.ts);
    await expectAnswer(await finished(() => inThread()[0]));
    await allClosed(stage);
    await slack.mention('<@bot> what is it?', { user: BOB, thread_ts: message.ts });
    await expectAnswer(await finished(() => inThread()[1]));
    expect(prompts(stage).at(-1)).toContain('my name is Bob');
  });

  it('a direct message is answered once, however often Slack delivers it', async () => {
    const before = stage.sandbox.predictions.length;
    const { eventId } = await slack.directMessage('hello bot');
    await slack.redeliver(eventId);
    await expectAnswer(await finished(() => slack.messages(DIRECT)[0]));
    expect(stage.sandbox.predictions).toHaveLength(before + 1);
    expect(slack.messages(DIRECT)).toHaveLength(1);
  });

  it('/budget is for admins', async () => {
    const said = () =>
      slack
        .messages()
        .flatMap((each) => each.versions.map(shownText))
        .join('\n');
    await slack.slash('/budget', `set 0.001 --person <@${BOB}|bob>`, { user: BOB });
    await until(() => expect(said()).toMatch(/Only admins may use/));
    await slack.slash('/budget', `set 0.001 --person <@${BOB}|bob>`, { user: ADA });
    await until(() => expect(plain(said())).toMatch(/is now \$0\.0010 per day/));
    await slack.slash('/ask', 'anything', { user: BOB });
    await until(() => expect(plain(said())).toMatch(/budget of \$0\.0010 per day is too small/));
  });

  it('was never told to slow down', () => {
    expect(slack.rateLimited).toBe(0);
  });
});
