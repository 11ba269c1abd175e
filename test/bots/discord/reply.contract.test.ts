/** Discord's replies under the contract that every surface's replies keep, on the wire with the real discord.js. */

import type { ReplyRef } from '../../../src/core/chat.ts';
import { type ReplyHarness, replyContract } from '../../core/reply/reply-contract.ts';
import { asArray, asObject } from '../../standins/discord/refusal.ts';
import { latest, type StandinMessage } from '../../standins/discord/world.ts';
import { type DiscordBot, startDiscordBot, until } from './discord-bot.ts';

async function harnessOf(prepare: (bot: DiscordBot) => Promise<void> | void): Promise<ReplyHarness> {
  const bot = await startDiscordBot();
  await prepare(bot);
  const { reply } = await bot.next();
  const { standin } = bot;
  const written = (): StandinMessage[] =>
    [...standin.world.messages.values()].filter(
      (each) => each.author.id === standin.botId && !each.deleted && !each.loading,
    );
  const lines = () => written().map((each) => latest(each).content.split('\n'));
  return {
    open: () => reply,
    reopen: (ref: ReplyRef) => bot.surface.reopen(ref),
    shown: async () => lines().map((page) => page.filter((line) => !line.startsWith('-# ')).join('\n')),
    smallPrint: async () => lines().flatMap((page) => page.filter((line) => line.startsWith('-# '))),
    pings: async () => standin.pings(),
    buttonIds: async () =>
      written()
        .flatMap((each) => latest(each).components)
        .flatMap((row) => asArray(row.components, 'components'))
        .map((button) => String(asObject(button, 'button').custom_id)),
    close: () => bot.close(),
  };
}

replyContract('a Discord interaction', () =>
  harnessOf(({ standin }) => {
    standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
  }),
);

replyContract('a Discord mention', () =>
  harnessOf(({ standin }) => {
    standin.mention('hi');
  }),
);

replyContract('a Discord interaction whose token has run out', () =>
  harnessOf(async ({ standin, taken }) => {
    standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
    await until(() => {
      if (taken.length === 0) throw new Error('nothing has arrived yet');
    });
    standin.advance(16 * 60_000);
  }),
);
