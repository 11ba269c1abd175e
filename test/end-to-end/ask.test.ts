/** A person asks, on every surface: the built bot in a process, the reply read edit by edit, the ledger checked. */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { watch } from '../bots/web/playground.ts';
import { latest as latestOnDiscord, type StandinMessage } from '../standins/discord/world.ts';
import { createSlackStandin, type SlackStandin } from '../standins/slack/slack-standin.ts';
import {
  BOB,
  DIRECT,
  GENERAL,
  ADA as SLACK_ADMIN,
  type StandinMessage as SlackMessage,
  shownText,
  smallPrint,
} from '../standins/slack/world.ts';
import type { BotProcess } from './bot-process.ts';
import { createStage, type Stage } from './stage.ts';

/** Everything that could ping somebody, in the middle of an ordinary answer. */
const ANSWER = Array.from(
  { length: 12 },
  (_, index) =>
    `Sentence ${index} greets @everyone, @here, <@123456789012345678>, <@&123456789012345678>, <!channel> and <@U0BOB>.`,
).join(' ');
const FOOTNOTE = /llama · [\d.]+ s · \$0\.\d+ · \$\d\.\d+ left today/;
const MICRO_USD_PER_SECOND = 725;

const until = <T>(condition: () => T | Promise<T>) =>
  vi.waitFor(condition, { timeout: 20_000, interval: 20 });

/** What people read, without what stands in it to keep it from pinging, and however it is wrapped. */
const plain = (text: string) =>
  text
    .replaceAll(/[\u200b-\u200d\u2060]/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Nothing that was on show is taken back: each text begins with the one before. */
function expectGrowing(texts: readonly string[]): void {
  const words = texts.map(plain).filter((text) => text !== '');
  expect(words.length).toBeGreaterThan(1);
  for (const [index, text] of words.entries()) expect(text.startsWith(words[index - 1] ?? '')).toBe(true);
  expect(words.at(-1)).toBe(ANSWER);
}

/** Every prediction is charged for exactly what Replicate says it ran, and nothing else is. */
async function expectPaid(stage: Stage): Promise<void> {
  const costs = stage.sandbox.predictions.map((prediction) =>
    Math.ceil(Number((Number(prediction.metrics.predict_time) * MICRO_USD_PER_SECOND).toFixed(6))),
  );
  await until(async () =>
    expect(await stage.books()).toMatchObject({
      spentMicroUsd: costs.reduce((sum, cost) => sum + cost, 0),
      reservedMicroUsd: 0,
      settlements: costs.length,
      differences: [],
    }),
  );
}

const prompts = (stage: Stage) =>
  stage.sandbox.predictions.map((prediction) => String(prediction.input.prompt));

describe('on Discord', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage({ answer: ANSWER, tokensPerSecond: 80 });
    await stage.startBot();
  });
  afterAll(() => stage.close());

  /** A version without its small print. */
  const answerOf = (content: string) => content.replaceAll(/^-# .*$/gm, '');
  const textOf = (message: StandinMessage | undefined) => (message ? stage.discord.text(message) : '');

  async function finished(find: () => StandinMessage | undefined): Promise<StandinMessage> {
    await until(() => expect(textOf(find())).toMatch(FOOTNOTE));
    const message = find();
    if (!message) throw new Error('no reply');
    return message;
  }

  const replyTo = (message: StandinMessage, channel = stage.discord.channel) =>
    stage.discord.messages(channel).find((each) => each.replyTo === message.id && each.author.bot);

  it('/ask streams into its reply, pings nobody, and says what it cost', async () => {
    const asked = stage.discord.sendCommand({ name: 'ask', options: { prompt: 'Who is there?' } });
    const reply = await finished(() => asked.original());
    expectGrowing(reply.versions.map((version) => answerOf(version.content)));
    expect(JSON.stringify(latestOnDiscord(reply).components)).not.toContain('cancel:');
    expect(stage.discord.pings()).toEqual([]);
    await expectPaid(stage);
  });

  it('a mention is answered in the channel', async () => {
    const message = stage.discord.mention('and who is this?', { user: stage.discord.addUser('Grace') });
    const reply = await finished(() => replyTo(message));
    expectGrowing(reply.versions.map((version) => answerOf(version.content)));
    expect(prompts(stage).at(-1)).toBe('and who is this?');
    expect(stage.discord.pings()).toEqual([]);
    await expectPaid(stage);
  });

  it('a direct message is answered there', async () => {
    const user = stage.discord.addUser('Linus');
    stage.discord.directMessage('hello bot', { user });
    const channel = stage.discord.directChannel(user);
    const reply = await finished(() => stage.discord.messages(channel).find((each) => each.author.bot));
    expectGrowing(reply.versions.map((version) => answerOf(version.content)));
    await expectPaid(stage);
  });

  it('remembers a conversation, for its asker alone, until told to forget it', async () => {
    const user = stage.discord.addUser('Alan');
    const ask = async (prompt: string, who = user) => {
      const asked = stage.discord.sendCommand({ name: 'ask', options: { prompt }, user: who });
      await finished(() => asked.original());
      await until(async () =>
        expect((await stage.books()).runs.every((run) => run.state === 'closed')).toBe(true),
      );
      return prompts(stage).at(-1);
    };
    await ask('My name is Alan.');
    const second = await ask('What is my name?');
    expect(second).toContain('My name is Alan.');
    expect(second).toContain('Sentence 3 greets');
    expect(await ask('What is my name?', stage.discord.addUser('Mallory'))).toBe('What is my name?');
    const forgetting = stage.discord.sendCommand({ name: 'forget', user });
    await until(() => expect(textOf(forgetting.original())).toMatch(/forgotten/));
    expect(await ask('What is my name?')).toBe('What is my name?');
  });

  it('Cancel stops the model; the answer so far stays and is charged', async () => {
    stage.sandbox.faults.stallAfterTokens = 20;
    const user = stage.discord.addUser('Barbara');
    const asked = stage.discord.sendCommand({ name: 'ask', options: { prompt: 'Go on' }, user });
    const button = await until(() => {
      const original = asked.original();
      expect(textOf(original)).toContain('Sentence 0');
      const json = JSON.stringify(original && latestOnDiscord(original).components);
      const id = /"(cancel:[^"]+)"/.exec(json)?.[1];
      if (!original || id === undefined) throw new Error('there is no button yet');
      return { original, id };
    });
    const others = stage.discord.press(button.original, button.id, { user: stage.discord.addUser('Eve') });
    const refusal = () =>
      JSON.stringify(others.acknowledgement()?.data ?? {}) + others.messages().map(textOf);
    await until(() => expect(refusal()).toMatch(/Only the one who asked/));
    expect(stage.sandbox.predictions.at(-1)?.status).toBe('processing');
    stage.discord.press(button.original, button.id, { user });
    const reply = await finished(() => asked.original());
    stage.sandbox.faults.stallAfterTokens = null;
    expect(textOf(reply)).toContain('Sentence 0');
    expect(textOf(reply)).toMatch(/Cancelled\./);
    expect(stage.sandbox.predictions.at(-1)?.status).toBe('canceled');
    await expectPaid(stage);
  });

  it('/usage shows what was spent, and an admin’s /budget set is in force at once', async () => {
    const user = stage.discord.addUser('Edsger');
    const answerTo = async (sent: Parameters<typeof stage.discord.sendCommand>[0], pattern: RegExp) => {
      const handle = stage.discord.sendCommand(sent);
      await until(() => expect(handle.messages().map(textOf).join()).toMatch(pattern));
      return handle.original();
    };
    await answerTo({ name: 'ask', options: { prompt: 'Hello' }, user }, FOOTNOTE);
    const usage = await answerTo({ name: 'usage', user }, /\$1\.00 per day, \$0\.00\d+ spent today/);
    expect(usage?.ephemeral).toBe(true);
    const amount = { amount: '0.001', person: user };
    await answerTo({ name: 'budget set', options: amount, user }, /Only admins may use/);
    await answerTo(
      { name: 'budget set', options: amount, admin: true },
      /was \$1\.00 per day and is now \$0\.0010 per day/,
    );
    const before = stage.sandbox.predictions.length;
    await answerTo(
      { name: 'ask', options: { prompt: 'Again' }, user },
      /budget of \$0\.0010 per day is too small/,
    );
    expect(stage.sandbox.predictions).toHaveLength(before);
    await expectPaid(stage);
  });

  it('was never told to slow down', () => {
    expect(stage.discord.rateLimited()).toBe(0);
  });
});

describe.each(['Socket Mode', 'HTTP'] as const)('on Slack over %s', (mode) => {
  let stage: Stage;
  let slack: SlackStandin;
  beforeAll(async () => {
    slack = await createSlackStandin();
    stage = await createStage({ answer: ANSWER, tokensPerSecond: 80 });
    const bot = await stage.startBot({
      SLACK_BOT_TOKEN: slack.world.botToken,
      SLACK_API_URL: slack.apiUrl,
      ...(mode === 'HTTP'
        ? { SLACK_SIGNING_SECRET: slack.world.signingSecret }
        : { SLACK_APP_TOKEN: slack.world.appToken }),
    });
    if (mode === 'HTTP') slack.deliverTo(`${bot.url}/slack/events`);
  });
  afterAll(async () => {
    await stage.close();
    await slack.close();
  });

  async function finished(find: () => SlackMessage | undefined): Promise<SlackMessage> {
    return until(() => {
      const message = find();
      const version = message?.versions.at(-1);
      expect(version && smallPrint(version)).toMatch(FOOTNOTE);
      if (!message) throw new Error('no reply');
      return message;
    });
  }

  async function expectAnswer(message: SlackMessage): Promise<void> {
    expectGrowing(message.versions.map(shownText));
    expect(slack.messages().flatMap((each) => each.versions.flatMap((version) => version.pings))).toEqual([]);
    await expectPaid(stage);
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
    await until(async () =>
      expect((await stage.books()).runs.every((run) => run.state === 'closed')).toBe(true),
    );
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
    await slack.slash('/budget', `set 0.001 --person <@${BOB}|bob>`, { user: SLACK_ADMIN });
    await until(() => expect(plain(said())).toMatch(/is now \$0\.0010 per day/));
    await slack.slash('/ask', 'anything', { user: BOB });
    await until(() => expect(plain(said())).toMatch(/budget of \$0\.0010 per day is too small/));
  });

  it('was never told to slow down', () => {
    expect(slack.rateLimited).toBe(0);
  });
});

describe('on the web page', () => {
  let stage: Stage;
  let bot: BotProcess;
  beforeAll(async () => {
    stage = await createStage({ answer: ANSWER, tokensPerSecond: 80 });
    bot = await stage.startBot();
  });
  afterAll(() => stage.close());

  it('a question streams into the page and says what it cost', async () => {
    const conversation = 'conversation-1';
    const texts: string[] = [];
    const watching = watch(`${bot.url}/chat/${conversation}/events`, (seen) => {
      const [exchange] = seen.values();
      texts.push((exchange?.blocks ?? []).join('').replaceAll(/<[^>]*>/g, ''));
      return exchange?.final === true;
    });
    const response = await fetch(`${bot.url}/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ conversation, text: 'Who is there?' }),
    });
    expect(response.status).toBe(202);
    const [exchange] = (await watching).values();
    expectGrowing(texts);
    expect(exchange).toMatchObject({ final: true, footnote: expect.stringMatching(FOOTNOTE) });
    await expectPaid(stage);
  });
});
