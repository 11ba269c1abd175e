/** Messages that were created without anybody's hearing of it, looked for when Discord has long forgotten their nonces. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Button, Message, Reply, ReplyRef } from '../../../src/core/chat.ts';
import type { StandinChannel } from '../../standins/discord/world.ts';
import { type DiscordBot, startDiscordBot, writeAll } from './discord-bot.ts';

const minute = 60_000;
const cancel: Button = { id: 'cancel:run-1', label: 'Cancel', style: 'danger' };
const again: Button = { id: 'regenerate:run-1', label: 'Regenerate', style: 'secondary' };
const copyOf = (ref: ReplyRef): ReplyRef => JSON.parse(JSON.stringify(ref));
const twoPages = Array.from({ length: 400 }, (_, word) => `w${word}`).join(' ');

describe('a Discord reply that another process takes over after ten minutes', () => {
  let bot: DiscordBot;
  beforeEach(async () => {
    bot = await startDiscordBot({ threads: 'always' });
  });
  afterEach(() => bot.close());

  const texts = (channel: StandinChannel = bot.standin.channel) =>
    bot.standin
      .messages(channel)
      .filter((each) => each.author.bot)
      .map(bot.standin.text);
  const direct = () => bot.standin.directChannel(bot.standin.ada);
  const asked = async (text = 'hi'): Promise<Reply> => {
    bot.standin.directMessage(text);
    return (await bot.next()).reply;
  };
  /** Shows `last` without its being stored, and goes on with `next` ten minutes later. */
  const dieAfter = async (reply: Reply, last: Message, next: Message): Promise<void> => {
    const stored = copyOf(reply.ref);
    await writeAll(reply, last, false);
    bot.standin.advance(10 * minute);
    await writeAll(bot.surface.reopen(stored), next);
  };

  it('finds its first message as the one that answers the same question', async () => {
    await dieAfter(await asked(), { text: '', status: 'Booting' }, { text: 'All of it.' });
    expect(texts(direct())).toEqual(['All of it.']);
  });

  it('finds it when the answer to its creation was lost', async () => {
    const reply = await asked();
    bot.standin.loseNext('POST', /messages$/);
    await expect(reply.write({ text: 'Half' }, false)).rejects.toThrow();
    bot.standin.advance(10 * minute);
    await writeAll(reply, { text: 'Half and whole.' });
    expect(texts(direct())).toEqual(['Half and whole.']);
  });

  it.each([
    [
      'the button about the same run',
      { status: 'The model is at work', buttons: [cancel] },
      { buttons: [again] },
    ],
    ['its text', {}, {}],
  ])('finds its second message by %s', async (_name, before, after) => {
    const reply = await asked();
    await writeAll(reply, { text: twoPages.slice(0, 900) }, false);
    await dieAfter(reply, { text: twoPages, ...before }, { text: `${twoPages} end`, ...after });
    const words = texts(direct())
      .join('\n')
      .match(/\bw\d+\b|\bend\b/g);
    expect(words?.join(' ')).toBe(`${twoPages} end`);
  });

  it('finds it in a thread of its own, where no question is, although only a status is on show', async () => {
    bot.standin.mention('hi');
    const { reply } = await bot.next();
    const thread = [...bot.standin.world.channels.values()].find(
      ({ kind, name }) => kind === 'thread' && name,
    );
    if (!thread) throw new Error('there is no thread');
    const booting = { text: '', status: 'Booting', buttons: [cancel] };
    await dieAfter(reply, booting, { text: 'All of it.', buttons: [again] });
    expect(texts(thread)).toEqual(['All of it.']);
  });

  it('finds a message that nobody asked for', async () => {
    const reply = bot.surface.announce?.(bot.standin.channel.id);
    if (!reply) throw new Error('there is no reply');
    const warning = { text: 'The **budget** is nearly used up.' };
    await dieAfter(reply, warning, warning);
    expect(texts()).toEqual([warning.text]);
  });

  it('finds where a private answer had gone on in direct messages', async () => {
    bot.standin.sendCommand({ name: 'ask', options: { prompt: 'hi', private: true } });
    const { reply } = await bot.next();
    await writeAll(reply, { text: 'It was' }, false);
    bot.standin.advance(15 * minute + 1);
    await dieAfter(reply, { text: 'It was a dark' }, { text: 'It was a dark night.' });
    expect(texts(direct())).toEqual([expect.stringMatching(/^-# Continued here.*\nIt was a dark night\.$/)]);
  });

  it('finds the message that took the place of one that was too old to be edited', async () => {
    const reply = await asked();
    await writeAll(reply, { text: 'Half' }, false);
    bot.standin.advance(61 * minute);
    bot.standin.failNext('PATCH', /^\/channels\//, 429, 30_046);
    bot.standin.failNext('DELETE', /^\/channels\//, 500);
    const stored = copyOf(reply.ref);
    await writeAll(reply, { text: 'Half and' }, false);
    expect(texts(direct())).toEqual(['Half', 'Half and']);
    bot.standin.advance(10 * minute);
    bot.standin.failNext('PATCH', /^\/channels\//, 429, 30_046);
    await writeAll(bot.surface.reopen(stored), { text: 'Half and whole.' });
    expect(texts(direct())).toEqual(['Half and whole.']);
  });

  it('leaves the messages of other replies alone when its own was never created', async () => {
    const one = await asked('the same');
    const other = await asked('the same');
    const stored = copyOf(one.ref);
    await writeAll(other, { text: `${twoPages} end`, buttons: [{ ...again, id: 'regenerate:run-2' }] });
    const before = texts(direct());
    bot.standin.advance(10 * minute);
    await writeAll(bot.surface.reopen(stored), { text: twoPages, buttons: [again] });
    expect(texts(direct()).slice(0, before.length)).toEqual(before);
    expect(
      texts(direct())
        .slice(before.length)
        .join('\n')
        .match(/\bw\d+\b/g)
        ?.join(' '),
    ).toBe(twoPages);
  });

  it('answers, perhaps twice, where it may not read what is on show', async () => {
    const reply = await asked();
    bot.standin.failNext('GET', /messages$/, 403, 50_001);
    await dieAfter(reply, { text: 'Half' }, { text: 'Half and whole.' });
    expect(texts(direct())).toEqual(['Half', 'Half and whole.']);
  });
});
