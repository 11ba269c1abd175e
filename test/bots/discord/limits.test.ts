/** Discord's rate limits: learned from its answers, kept without queues, and nobody held up by somebody else. */

import { afterEach, expect, it } from 'vitest';
import { createLaneRates } from '../../../src/bots/discord/lane-rates.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { RateLimitedError } from '../../../src/core/errors.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import type { SharedSlots } from '../../../src/core/reply/shared-slots.ts';
import { createDiscordStandin } from '../../standins/discord/standin.ts';
import { type DiscordBot, startDiscordBot, until } from './discord-bot.ts';

let bot: DiscordBot | undefined;
afterEach(() => bot?.close());

async function mentioned(options: Parameters<typeof createDiscordStandin>[0] = {}, replies = 1) {
  const standin = await createDiscordStandin(options);
  const started = await startDiscordBot({ standin });
  bot = started;
  const opened = [];
  for (let at = 0; at < replies; at++) {
    standin.mention(`question ${at}`);
    opened.push((await started.next()).reply);
  }
  const texts = () =>
    standin
      .messages(standin.channel)
      .filter((each) => each.author.bot)
      .map(standin.text);
  return { standin, replies: opened, texts };
}

it('takes the slots of a lane from what Discord answers', async () => {
  const {
    replies: [reply],
  } = await mentioned({ slots: 3, windowMs: 2000 });
  expect(reply?.lane).toMatchObject({ slots: 5, windowMs: 5000 });
  await reply?.write({ text: 'first' }, false);
  await reply?.write({ text: 'second' }, false);
  expect(reply?.lane).toMatchObject({ slots: 3, windowMs: 2000 });
});

it('gives an interaction a lane of its own, and the messages of a channel one together', async () => {
  const { standin, replies } = await mentioned({}, 2);
  const { id } = standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
  const interaction = await bot?.next();
  standin.mention('elsewhere', { channel: standin.thread });
  const inThread = await bot?.next();
  const keys = [...replies, inThread?.reply, interaction?.reply].map((reply) => reply?.lane.key);
  const channel = `discord:${standin.botId}:channel:${standin.channel.id}`;
  expect(keys).toEqual([
    channel,
    channel,
    `discord:${standin.botId}:channel:${standin.thread.id}`,
    `discord:interaction:${id}`,
  ]);
});

it('shares with other processes what Discord counts for the bot: channels, and all that carries its token', async () => {
  const asked: string[] = [];
  const take: SharedSlots['take'] = async ({ lane, count }) => {
    asked.push(`${lane.key} ${count}`);
    return undefined;
  };
  const started = await startDiscordBot({ shared: { take } });
  bot = started;
  const { standin } = started;
  standin.mention('question');
  const { reply: inChannel } = await started.next();
  standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
  const { reply: toInteraction } = await started.next();
  expect([inChannel.lane.shared, toInteraction.lane.shared]).toEqual([true, undefined]);
  await inChannel.write({ text: 'whole' }, true);
  expect(asked).toEqual([`discord:${standin.botId}:bot 45`]);
  await toInteraction.write({ text: 'whole' }, true);
  expect(asked).toHaveLength(1);
});

it('counts with the lower rate where creating and editing differ, and knows a window from its first request', () => {
  const rates = createLaneRates();
  const answer = (limit: number, remaining: number, resetAfter: number) =>
    new Headers({
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset-after': String(resetAfter),
    });
  rates.learn('channel', 'POST', new Headers());
  expect(rates.rate('channel')).toEqual({ slots: 5, windowMs: 5000 });
  rates.learn('channel', 'POST', answer(10, 9, 4));
  rates.learn('channel', 'PATCH', answer(5, 4, 4));
  rates.learn('channel', 'PATCH', answer(5, 0, 0.2));
  expect(rates.rate('channel')).toEqual({ slots: 5, windowMs: 4000 });
  expect(rates.rate('interaction')).toEqual({ slots: 5, windowMs: 5000 });
});

it('sends an edit although another one in the channel gets no answer', async () => {
  const { standin, replies, texts } = await mentioned({ slots: 100 }, 2);
  for (const reply of replies) await reply.write({ text: 'first' }, false);
  const release = standin.holdNext('PATCH', /^\/channels\//);
  const stalled = replies[0]?.write({ text: 'stalled' }, false);
  await replies[1]?.write({ text: 'second' }, false);
  expect(texts()).toEqual(['first', 'second']);
  release();
  await stalled;
  expect(texts()).toEqual(['stalled', 'second']);
});

it('sends no more with its token than Discord takes in a second, in however many channels', async () => {
  const { standin } = await mentioned({ slots: 100, perSecond: 50 });
  const channels = Array.from({ length: 120 }, () => standin.addChannel());
  const pacer = createPacer({ clock: systemClock });
  await Promise.all(
    channels.map(async ({ id }) => {
      const reply = bot?.surface.announce?.(id);
      if (reply) await pacer.open(reply).finish({ text: `in ${id}` });
    }),
  );
  const shown = channels.map((channel) => standin.messages(channel).map(standin.text).join());
  expect(shown).toEqual(channels.map(({ id }) => `in ${id}`));
  expect([standin.rateLimited(), pacer.rateLimited]).toEqual([0, 0]);
}, 30_000);

it('leaves Discord alone while it wants nothing from the bot at all, except answers to interactions', async () => {
  const { standin, replies } = await mentioned({}, 2);
  const command = standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
  const interaction = await bot?.next();
  standin.blockGlobally(60_000);
  await expect(replies[0]?.write({ text: 'one' }, false)).rejects.toThrow(RateLimitedError);
  const refused = standin.rateLimited();
  const next = await replies[1]?.write({ text: 'two' }, false).catch((error: unknown) => error);
  expect(next instanceof RateLimitedError && next.retryAfterMs).toBeGreaterThan(50_000);
  expect(standin.rateLimited()).toBe(refused);
  await interaction?.reply.write({ text: 'still answered' }, true);
  await until(() => expect(command.messages().map(standin.text)).toEqual(['still answered']));
});
