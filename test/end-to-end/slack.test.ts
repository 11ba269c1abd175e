/** What people do on Slack beside asking: looking at what they spent, forgetting, cancelling; and what Slack does twice. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ALICE,
  BOB,
  buttonsOf,
  DIRECT,
  GENERAL,
  latest,
  type StandinMessage,
  shownText,
  smallPrint,
} from '../standins/slack/world.ts';
import type { BotProcess } from './bot-process.ts';
import { createStage, type Stage } from './stage.ts';
import { allClosed, until } from './waiting.ts';

const ANSWER = 'Light of short wavelengths is scattered most.';
const ACKNOWLEDGE_WITHIN_MS = 3000;

describe('on Slack', { timeout: 180_000 }, () => {
  let stage: Stage;
  let bot: BotProcess;
  beforeAll(async () => {
    stage = await createStage(
      { answer: ANSWER, tokensPerSecond: 80 },
      { platforms: ['slack'], slackAckMs: ACKNOWLEDGE_WITHIN_MS },
    );
    bot = await stage.startBot();
  });
  afterAll(() => stage.close());

  const textOf = (message: StandinMessage | undefined) => (message ? shownText(latest(message)) : '');
  const whispered = (user: string) =>
    stage.slack.messages().filter(({ ephemeralFor }) => ephemeralFor === user);

  async function finished(find: () => StandinMessage | undefined): Promise<StandinMessage> {
    return until(() => {
      const message = find();
      if (!message) throw new Error('no reply');
      expect(smallPrint(latest(message))).toMatch(/llama · .*\$\d/);
      return message;
    });
  }

  it('an event that is acknowledged too late and sent again is answered once', async () => {
    bot.freeze();
    const { delivery, eventId } = await stage.slack.directMessage('why is the sky blue?');
    expect(delivery.failure).toBe('timeout');
    // Slack sends it again at once; the bot finds both when it comes to.
    await until(() => expect(stage.slack.deliveries.filter(({ id }) => id === eventId)).toHaveLength(2));
    bot.thaw();
    await until(() =>
      expect(stage.slack.deliveries.at(-1)).toMatchObject({
        id: eventId,
        attempt: 1,
        acknowledgedAfterMs: expect.any(Number),
      }),
    );
    await finished(() => stage.slack.messages(DIRECT)[0]);
    await stage.slack.redeliver(eventId);
    await until(async () => expect((await stage.books()).runs.map(({ state }) => state)).toEqual(['closed']));
    expect(stage.slack.messages(DIRECT).map(textOf)).toEqual([ANSWER]);
    expect(stage.sandbox.predictions).toHaveLength(1);
  });

  it('/usage tells its asker alone what was spent and what is left', async () => {
    await stage.slack.slash('/usage', '');
    await until(() => expect(whispered(ALICE).map(textOf).join()).toMatch(/\$1\.00 per day, .* spent today/));
    expect(stage.slack.messages(GENERAL).filter(({ ephemeralFor }) => !ephemeralFor)).toEqual([]);
  });

  it('/forget ends what it remembers of a thread', async () => {
    const { message } = await stage.slack.mention('<@bot> my name is Bob', { user: BOB });
    const inThread = () => stage.slack.messages(GENERAL).filter(({ threadTs }) => threadTs === message.ts);
    const prompt = () => String(stage.sandbox.predictions.at(-1)?.input.prompt);
    const ask = (text: string) => stage.slack.mention(`<@bot> ${text}`, { user: BOB, thread_ts: message.ts });
    await finished(() => inThread()[0]);
    await until(async () => expect((await stage.books()).runs.at(-1)?.state).toBe('closed'));
    await ask('who am I?');
    await finished(() => inThread()[1]);
    expect(prompt()).toContain('my name is Bob');
    await allClosed(stage);
    await ask('forget');
    await until(() => expect([...inThread(), ...whispered(BOB)].map(textOf).join()).toMatch(/forgotten/));
    const before = stage.sandbox.predictions.length;
    await ask('who am I now?');
    await until(() => expect(stage.sandbox.predictions).toHaveLength(before + 1));
    expect(prompt()).toBe('who am I now?');
    await finished(() => inThread().at(-1));
  });

  it('Cancel stops the model for the one who asked, and for nobody else', async () => {
    stage.sandbox.faults.stallAfterTokens = 4;
    const before = stage.slack.messages(GENERAL).length;
    await stage.slack.slash('/ask', 'go on for ever');
    const reply = () => stage.slack.messages(GENERAL)[before];
    const button = await until(() => {
      const message = reply();
      const cancel = message && buttonsOf(latest(message)).find(({ label }) => label === 'Cancel');
      expect(textOf(message)).toContain('Light');
      if (!message || !cancel) throw new Error('there is no button yet');
      return { message, id: cancel.actionId };
    });
    await stage.slack.press(button.message, button.id, BOB);
    await until(() => expect(whispered(BOB).map(textOf).join()).toMatch(/Only the one who asked/));
    expect(stage.sandbox.predictions.at(-1)?.status).toBe('processing');
    await stage.slack.press(button.message, button.id, ALICE);
    const message = await finished(reply);
    stage.sandbox.faults.stallAfterTokens = null;
    expect(textOf(message)).toMatch(/^Light[\s\S]*Cancelled\./);
    expect(buttonsOf(latest(message)).map(({ label }) => label)).not.toContain('Cancel');
    expect(stage.sandbox.predictions.at(-1)?.status).toBe('canceled');
    await until(async () =>
      expect(await stage.books()).toMatchObject({ reservedMicroUsd: 0, differences: [] }),
    );
  });
});
