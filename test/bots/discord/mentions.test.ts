/** Where answers to mentions go, and that somebody is seen to be at work on them. */

import { afterEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../fake-clock.ts';
import { type DiscordBot, startDiscordBot, until, writeAll } from './discord-bot.ts';

describe('a mention on Discord', () => {
  const open: DiscordBot[] = [];
  afterEach(async () => {
    for (const bot of open.splice(0)) await bot.close();
  });
  const start = async (options: Parameters<typeof startDiscordBot>[0] = {}) => {
    const bot = await startDiscordBot(options);
    open.push(bot);
    return bot;
  };
  const threadOf = (bot: DiscordBot, id: string) => bot.standin.world.channels.get(id);
  const typing = (bot: DiscordBot) => bot.standin.world.typing.length;
  /** Turns the hands until something has happened on the wire. */
  const untilLater = (clock: FakeClock, condition: () => void) =>
    until(async () => {
      if (clock.sleeping > 0) await clock.advance(1000);
      condition();
    });

  it('shows typing until there is something to read', async () => {
    const clock = createFakeClock();
    const bot = await start({ clock });
    bot.standin.mention('hi');
    const { reply } = await bot.next();
    await until(() => expect(typing(bot)).toBe(1));
    await reply.write({ text: '', status: 'Booting' }, false);
    await untilLater(clock, () => expect(typing(bot)).toBe(2));
    await untilLater(clock, () => expect(typing(bot)).toBe(3));
    await reply.write({ text: 'First words' }, false);
    await clock.advance(60_000);
    expect(clock.sleeping).toBe(0);
    expect(typing(bot)).toBe(3);
  });

  it('shows no typing any more when the bot stops', async () => {
    const clock = createFakeClock();
    const bot = await start({ clock });
    bot.standin.directMessage('hi');
    await until(() => expect(clock.sleeping).toBe(1));
    await bot.surface.stop();
    await clock.advance(1000);
    expect(clock.sleeping).toBe(0);
  });

  it('is answered in a thread of its own where that is wanted, in a lane of its own', async () => {
    const bot = await start({ threads: 'always' });
    const asked = bot.standin.mention(`Why is the sky blue?\n${'x'.repeat(200)}`);
    const { invocation, reply } = await bot.next();
    const thread = threadOf(bot, asked.id);
    if (!thread) throw new Error('there is no thread');
    expect(thread.name).toMatch(/^Why is the sky blue\? x+…$/);
    expect(invocation.place).toMatchObject({ channel: bot.standin.channel.id, thread: thread.id });
    expect(reply.lane.key).toBe(`discord:${bot.standin.botId}:channel:${thread.id}`);
    await writeAll(reply, { text: 'Rayleigh.' });
    expect(bot.standin.messages(thread).map(bot.standin.text)).toEqual(['Rayleigh.']);
    bot.standin.mention('and the sea?', { channel: thread });
    const next = await bot.next();
    await writeAll(next.reply, { text: 'The sky.' });
    expect(bot.standin.messages(thread).at(-1)?.versions.at(-1)?.content).toBe('The sky.');
    expect(next.invocation.place.thread).toBe(thread.id);
  });

  it('gets a thread in a busy channel only', async () => {
    const bot = await start({ threads: 'busy' });
    const ask = async () => {
      const asked = bot.standin.mention('hi');
      const { reply } = await bot.next();
      return { reply, thread: threadOf(bot, asked.id) };
    };
    const [one, two, three] = [await ask(), await ask(), await ask()];
    expect([one.thread, two.thread, three.thread?.kind]).toEqual([undefined, undefined, 'thread']);
    await writeAll(one.reply, { text: 'Done.' });
    expect((await ask()).thread).toBeUndefined();
  });

  it('is answered in the channel where no thread can be, and commands without a model never get one', async () => {
    const bot = await start({ threads: 'always' });
    const usage = bot.standin.mention('usage');
    await bot.next();
    expect(threadOf(bot, usage.id)).toBeUndefined();
    bot.standin.failNext('POST', /threads$/, 403, 50013);
    const asked = bot.standin.mention('hi');
    const { reply, invocation } = await bot.next();
    await writeAll(reply, { text: 'Hello.' });
    const answer = bot.standin.messages(bot.standin.channel).at(-1);
    expect(answer).toMatchObject({ replyTo: asked.id });
    expect(invocation.place).not.toHaveProperty('thread');
    bot.standin.directMessage('hi');
    const direct = await bot.next();
    expect(direct.invocation.place).toMatchObject({ direct: true });
  });
});

it('an announcement is a message of its own in the channel', async () => {
  const bot = await startDiscordBot();
  const reply = bot.surface.announce?.(bot.standin.channel.id);
  if (!reply) throw new Error('nothing can be announced');
  await writeAll(reply, { text: 'Everybody @everyone has spent 80 %.' });
  const message = bot.standin.messages(bot.standin.channel).at(-1);
  expect(message && bot.standin.text(message)).toBe('Everybody @everyone has spent 80 %.');
  expect(message).not.toHaveProperty('replyTo');
  expect(bot.standin.pings()).toEqual([]);
  await writeAll(bot.surface.reopen(JSON.parse(JSON.stringify(reply.ref))), { text: 'Once more.' });
  expect(bot.standin.messages(bot.standin.channel)).toHaveLength(1);
  await bot.close();
});
