/** A person asks on Discord: the reply read edit by edit, its buttons, what was spent on it, the ledger checked. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latest, type StandinMessage } from '../standins/discord/world.ts';
import { ANSWER, expectGrowing, FOOTNOTE, prompts } from './asking.ts';
import { expectCharged } from './charges.ts';
import { createStage, type Stage } from './stage.ts';
import { allClosed, until } from './waiting.ts';

describe('on Discord', { timeout: 120_000 }, () => {
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
    expect(JSON.stringify(latest(reply).components)).not.toContain('cancel:');
    expect(stage.discord.pings()).toEqual([]);
    await until(() => expectCharged(stage));
  });

  it('a mention is answered in the channel', async () => {
    const message = stage.discord.mention('and who is this?', { user: stage.discord.addUser('Grace') });
    const reply = await finished(() => replyTo(message));
    expectGrowing(reply.versions.map((version) => answerOf(version.content)));
    expect(prompts(stage).at(-1)).toBe('and who is this?');
    expect(stage.discord.pings()).toEqual([]);
    await until(() => expectCharged(stage));
  });

  it('a direct message is answered there', async () => {
    const user = stage.discord.addUser('Linus');
    stage.discord.directMessage('hello bot', { user });
    const channel = stage.discord.directChannel(user);
    const reply = await finished(() => stage.discord.messages(channel).find((each) => each.author.bot));
    expectGrowing(reply.versions.map((version) => answerOf(version.content)));
    await until(() => expectCharged(stage));
  });

  it('remembers a conversation, for its asker alone, until told to forget it', async () => {
    const user = stage.discord.addUser('Alan');
    const ask = async (prompt: string, who = user) => {
      const asked = stage.discord.sendCommand({ name: 'ask', options: { prompt }, user: who });
      await finished(() => asked.original());
      await allClosed(stage);
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
      const json = JSON.stringify(original && latest(original).components);
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
    await until(() => expectCharged(stage));
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
    await until(() => expectCharged(stage));
  });

  it('was never told to slow down', () => {
    expect(stage.discord.rateLimited()).toBe(0);
  });
});
