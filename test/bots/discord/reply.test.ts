/** A Discord reply through expiry, deletion, rate limits and crashes. */

import { MessageFlags } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { RateLimitedError, ReplyGoneError } from '../../../src/core/errors.ts';
import { type DiscordBot, startDiscordBot, writeAll } from './discord-bot.ts';

const minute = 60_000;

describe('a Discord reply', () => {
  let bot: DiscordBot;
  beforeEach(async () => {
    bot = await startDiscordBot({ slots: 5 });
  });
  afterEach(() => bot.close());

  const ask = async (options: Record<string, string | boolean> = {}) => {
    const command = bot.standin.sendCommand({ name: 'ask', options: { prompt: 'hi', ...options } });
    return { command, ...(await bot.next()) };
  };

  it('goes on in the same message after the interaction token has run out', async () => {
    const { command, reply } = await ask();
    await reply.write({ text: 'It was a dark' }, false);
    bot.standin.advance(15 * minute + 1);
    await writeAll(reply, { text: 'It was a dark and stormy night.' });
    expect(command.messages().map(bot.standin.text)).toEqual(['It was a dark and stormy night.']);
    expect(reply.lane.key).toBe(`discord:${bot.standin.botId}:channel:${bot.standin.channel.id}`);
  });

  it('continues in a new message, and says why, when the first one never showed anything', async () => {
    const { reply } = await ask();
    bot.standin.advance(15 * minute + 1);
    await writeAll(reply, { text: 'At last.' });
    await writeAll(reply, { text: 'At last. Done.' });
    const answer = bot.standin.messages(bot.standin.channel).at(-1);
    expect(answer && bot.standin.text(answer)).toBe(
      '-# Continued here, because Discord closed the original reply after 15 minutes.\nAt last. Done.',
    );
  });

  it('continues in a new message when the old one may not be edited any more', async () => {
    const { command, reply } = await ask();
    await reply.write({ text: 'Half' }, false);
    bot.standin.advance(15 * minute + 1);
    bot.standin.failNext('PATCH', /^\/channels\//, 403);
    await writeAll(reply, { text: 'Half and whole.' });
    expect(command.messages().map(bot.standin.text)).toEqual(['Half']);
    const answer = bot.standin.messages(bot.standin.channel).at(-1);
    expect(answer && bot.standin.text(answer)).toMatch(/^-# Continued here.*\nHalf and whole\.$/);
  });

  it('goes on in direct messages when it was private, never in the channel', async () => {
    const { reply } = await ask({ private: true });
    await reply.write({ text: 'secret' }, false);
    bot.standin.advance(15 * minute + 1);
    await writeAll(reply, { text: 'secret recipe' });
    const direct = bot.standin.messages(bot.standin.directChannel(bot.standin.ada));
    expect(direct.map(bot.standin.text).join()).toContain('secret recipe');
    const inChannel = bot.standin.messages(bot.standin.channel).filter((each) => !each.ephemeral);
    expect(inChannel).toEqual([]);
  });

  it('goes on in the same message when Discord closes the interaction before its time', async () => {
    const { command, reply } = await ask();
    await reply.write({ text: 'Half' }, false);
    bot.standin.failNext('PATCH', /original/, 401, 50027);
    await writeAll(reply, { text: 'Half and whole.' });
    expect(command.messages().map(bot.standin.text)).toEqual(['Half and whole.']);
    expect(reply.lane.key).toBe(`discord:${bot.standin.botId}:channel:${bot.standin.channel.id}`);
  });

  it('leaves the token alone before Discord has to refuse it', async () => {
    const late = { ...systemClock, now: () => systemClock.now() + 14.6 * minute };
    const { command, reply } = await ask();
    await reply.write({ text: 'Half' }, false);
    const next = await startDiscordBot({ standin: bot.standin, clock: late });
    await writeAll(next.surface.reopen(JSON.parse(JSON.stringify(reply.ref))), { text: 'Half and whole.' });
    expect(command.messages().map(bot.standin.text)).toEqual(['Half and whole.']);
    expect(bot.standin.requests.at(-1)?.path).toMatch(/^\/channels\//);
    expect(bot.standin.requests.filter(({ status }) => status >= 400)).toEqual([]);
    await next.surface.stop();
  });

  it('ends in a new message when Discord takes no more edits of one that is over an hour old', async () => {
    bot.standin.mention('hi');
    const { reply } = await bot.next();
    await reply.write({ text: 'Half', status: 'The model is working' }, false);
    bot.standin.advance(61 * minute);
    bot.standin.failNext('PATCH', /^\/channels\//, 429, 30_046);
    await writeAll(reply, { text: 'Half and whole.' });
    const answers = bot.standin.messages(bot.standin.channel).filter((each) => each.author.bot);
    expect(answers.map(bot.standin.text)).toEqual(['Half and whole.']);
    await writeAll(bot.surface.reopen(JSON.parse(JSON.stringify(reply.ref))), { text: 'And more.' });
    expect(answers.map(bot.standin.text)).toEqual(['And more.']);
  });

  it('is gone when its message was deleted', async () => {
    bot.standin.mention('hi');
    const { reply } = await bot.next();
    await reply.write({ text: 'Once' }, false);
    const message = bot.standin.messages(bot.standin.channel).at(-1);
    if (message) bot.standin.deleteMessage(message);
    await expect(reply.write({ text: 'Once more' }, false)).rejects.toThrow(ReplyGoneError);
  });

  it('reports a full bucket before Discord has to, and goes on when it has emptied', async () => {
    const { command, reply } = await ask();
    for (let edit = 1; edit <= 5; edit++) await reply.write({ text: `edit ${edit}` }, false);
    const refused = await reply.write({ text: 'edit 6' }, false).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RateLimitedError);
    expect(refused instanceof RateLimitedError && refused.retryAfterMs).toBeGreaterThan(1000);
    expect(command.messages().map(bot.standin.text)).toEqual(['edit 5']);
    expect(bot.standin.rateLimited()).toBe(0);
  });

  it('opens no link previews, at first or in an edit', async () => {
    const { command, reply } = await ask();
    await reply.write({ text: 'https://example.com' }, false);
    await reply.write({ text: 'https://example.com and more' }, true);
    const flags = command.messages().flatMap((message) => message.versions.map((version) => version.flags));
    expect(flags).toEqual([MessageFlags.SuppressEmbeds, MessageFlags.SuppressEmbeds]);
  });

  it('does not repeat a write that failed behind the back of the one who wrote', async () => {
    const { reply } = await ask();
    bot.standin.failNext('PATCH', /@original|%40original/, 503);
    await expect(reply.write({ text: 'first' }, false)).rejects.toThrow('503');
    await reply.write({ text: 'second' }, false);
    const edits = bot.standin.requests.filter((request) => request.method === 'PATCH');
    expect(edits.map((request) => request.body.content)).toEqual(['first', 'second']);
  });

  it('keeps tokens out of its errors', async () => {
    const { command, reply } = await ask();
    bot.standin.failNext('PATCH', /original/, 500);
    const error = await reply.write({ text: 'first' }, false).catch((caught: unknown) => caught);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(command.token);
  });

  it('finds the message again that was created just before a crash, instead of making another', async () => {
    bot.standin.mention('hi');
    const { reply } = await bot.next();
    const refBefore = JSON.parse(JSON.stringify(reply.ref));
    await reply.write({ text: 'Half' }, false);
    await writeAll(bot.surface.reopen(refBefore), { text: 'Half and whole.' });
    const answers = bot.standin.messages(bot.standin.channel).filter((each) => each.author.bot);
    expect(answers.map(bot.standin.text)).toEqual(['Half and whole.']);
  });

  it('can be written on by a new process after the old one died', async () => {
    const { command, reply } = await ask();
    await reply.write({ text: 'Half' }, false);
    const ref = JSON.parse(JSON.stringify(reply.ref));
    await bot.surface.stop();
    const next = await startDiscordBot({ standin: bot.standin });
    await writeAll(next.surface.reopen(ref), { text: 'Half and whole.' });
    expect(command.messages().map(bot.standin.text)).toEqual(['Half and whole.']);
    await next.surface.stop();
  });
});
