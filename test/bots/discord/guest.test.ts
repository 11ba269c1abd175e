/** Where the bot is a guest: a person brought the app along, and Discord lets it do little more than answer them. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { ReplyGoneError } from '../../../src/core/errors.ts';
import { type DiscordBot, startDiscordBot, until, writeAll } from './discord-bot.ts';

const minute = 60_000;

/** The system's clock, which can be turned on. */
function turnedClock() {
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  const turn = (ms: number) => {
    aheadMs += ms;
  };
  return { clock, turn };
}

/** So many pages of numbered words. */
function pages(count: number): string {
  let text = '';
  for (let word = 1; text.length < count * 1700 - 800; word++) text += `w${word} `;
  return text.trim();
}

describe('a reply of a guest on Discord', () => {
  let bot: DiscordBot;
  beforeEach(async () => {
    bot = await startDiscordBot();
  });
  afterEach(() => bot.close());

  const ask = async () => {
    const where = { channel: bot.standin.elsewhere, userInstall: true };
    const command = bot.standin.sendCommand({ name: 'ask', options: { prompt: 'hi' }, ...where });
    return { command, ...(await bot.next()) };
  };
  const direct = () => bot.standin.messages(bot.standin.directChannel(bot.standin.ada)).map(bot.standin.text);

  it('goes on in direct messages when Discord takes no more of it, and says so in both places', async () => {
    const { command, reply } = await ask();
    const text = pages(8);
    await writeAll(reply, { text, footnote: '$0.01' });
    const there = command.messages().map(bot.standin.text);
    expect(there).toHaveLength(6);
    expect(there.at(-1)).toMatch(/\n-# The rest is in your direct messages\.$/);
    expect(direct()[0]).toMatch(/^-# Continued here, because Discord allows .* only five more messages\.\n/);
    expect(direct().at(-1)).toMatch(/\n-# \$0\.01$/);
    const words = [...there, ...direct()].join('\n').match(/\bw\d+\b/g);
    expect(words?.join(' ')).toBe(text);
  });

  it('has five messages for what a button asks for, and direct messages after them', async () => {
    const again = { id: 'again:run-1', label: 'Again', style: 'secondary' } as const;
    const { command, reply } = await ask();
    await writeAll(reply, { text: 'Once', buttons: [again] });
    const [message] = command.messages();
    const where = { channel: bot.standin.elsewhere, userInstall: true };
    const pressed = message && bot.standin.press(message, again.id, where);
    await until(() => expect(pressed?.followUps()).toHaveLength(1));
    const anew = bot.presses[0]?.reply();
    const text = pages(6);
    if (anew) await writeAll(anew, { text });
    // The first of the five is the sentence for the presser.
    const there = pressed?.followUps().slice(1).map(bot.standin.text) ?? [];
    expect(there).toHaveLength(4);
    expect(
      [...there, ...direct()]
        .join('\n')
        .match(/\bw\d+\b/g)
        ?.join(' '),
    ).toBe(text);
  });

  it('says where it was cut when there are no direct messages either', async () => {
    const { command, reply } = await ask();
    bot.standin.failNext('POST', /^\/users\/@me\/channels/, 403, 50007);
    await expect(writeAll(reply, { text: pages(8) })).rejects.toThrow(ReplyGoneError);
    const there = command.messages().map(bot.standin.text);
    expect(there).toHaveLength(6);
    expect(there.at(-1)).toMatch(/\n-# Cut here: /);
    expect(direct()).toEqual([]);
  });
});

describe('a reply of a guest whose token runs out', () => {
  it('is announced in its last minute, and goes on in direct messages', async () => {
    const { clock, turn } = turnedClock();
    const bot = await startDiscordBot({ clock });
    const { standin } = bot;
    const where = { channel: standin.elsewhere, userInstall: true };
    const command = standin.sendCommand({ name: 'ask', options: { prompt: 'hi' }, ...where });
    const { reply } = await bot.next();
    await reply.write({ text: 'It was' }, false);
    turn(14 * minute);
    standin.advance(14 * minute);
    await reply.write({ text: 'It was a dark' }, false);
    expect(command.messages().map(standin.text).join()).toMatch(
      /^It was a dark\n-# Discord closes this reply soon/,
    );
    turn(minute);
    standin.advance(minute + 1);
    await writeAll(reply, { text: 'It was a dark night.' });
    const messages = standin.messages(standin.directChannel(standin.ada)).map(standin.text);
    expect(messages.join()).toMatch(/^-# Continued here, because Discord closed .*\nIt was a dark night\.$/);
    expect(reply.lane.key).toBe(`discord:${standin.botId}:channel:${standin.directChannel(standin.ada).id}`);
    await bot.close();
  });

  it('is not announced when the answer is complete in time', async () => {
    const { clock, turn } = turnedClock();
    const bot = await startDiscordBot({ clock });
    const where = { channel: bot.standin.elsewhere, userInstall: true };
    const command = bot.standin.sendCommand({ name: 'ask', options: { prompt: 'hi' }, ...where });
    const { reply } = await bot.next();
    turn(14 * minute);
    bot.standin.advance(14 * minute);
    await reply.write({ text: 'It was' }, false);
    await writeAll(reply, { text: 'It was a dark night.' });
    expect(command.messages().map(bot.standin.text)).toEqual(['It was a dark night.']);
    await bot.close();
  });

  it('is gone when there are no direct messages either', async () => {
    const bot = await startDiscordBot();
    const where = { channel: bot.standin.elsewhere, userInstall: true };
    bot.standin.sendCommand({ name: 'ask', options: { prompt: 'hi' }, ...where });
    const { reply } = await bot.next();
    bot.standin.advance(15 * minute + 1);
    bot.standin.failNext('POST', /^\/users\/@me\/channels/, 403, 50007);
    await expect(reply.write({ text: 'too late' }, true)).rejects.toThrow(ReplyGoneError);
    await bot.close();
  });
});
