/** Replies through random failures, lost answers, restarts and expiries: the whole text is there in the end, once. */

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reply, ReplyRef } from '../../../src/core/chat.ts';
import { ReplyGoneError } from '../../../src/core/errors.ts';
import { createDiscordStandin } from '../../standins/discord/standin.ts';
import { type DiscordBot, startDiscordBot } from './discord-bot.ts';

const words = Array.from({ length: 700 }, (_, at) => `w${at}`);
const messageRoutes = /messages|webhooks/;

type Step =
  | { readonly do: 'write'; readonly words: number }
  | { readonly do: 'fail'; readonly method: string; readonly status: number }
  | { readonly do: 'lose'; readonly method: string }
  | { readonly do: 'restart' }
  | { readonly do: 'expire' };

const method = fc.constantFrom('POST', 'PATCH');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write'), words: fc.nat(words.length) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail'), method, status: fc.constantFrom(500, 503) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose'), method }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire') }) },
);

let bot: DiscordBot;
beforeAll(async () => {
  const standin = await createDiscordStandin({ slots: 1_000_000, perSecond: 1_000_000 });
  bot = await startDiscordBot({ standin });
});
afterAll(() => bot.close());

/** Writes the words bit by bit through all that happens, as pacer and store do: the ref is stored after each good write. */
async function live(first: Reply, steps: readonly Step[]): Promise<void> {
  let reply = first;
  let stored: ReplyRef = JSON.parse(JSON.stringify(first.ref));
  let grown = 0;
  const write = async (count: number, final: boolean): Promise<boolean> => {
    try {
      const message = { text: words.slice(0, count).join(' '), ...(final ? { footnote: 'done' } : {}) };
      const outcome = await reply.write(message, final);
      stored = JSON.parse(JSON.stringify(reply.ref));
      return outcome === 'shown';
    } catch (error) {
      if (error instanceof ReplyGoneError) throw error;
      return false;
    }
  };
  for (const each of steps) {
    if (each.do === 'write') {
      grown = Math.max(grown, each.words);
      await write(grown, false);
    } else if (each.do === 'fail') bot.standin.failNext(each.method, messageRoutes, each.status);
    else if (each.do === 'lose') bot.standin.loseNext(each.method, messageRoutes);
    else if (each.do === 'restart') reply = bot.surface.reopen(stored);
    else bot.standin.advance(16 * 60_000);
  }
  for (let tries = 0; tries < 40; tries++) if (await write(words.length, true)) return;
  throw new Error('40 requests were not enough');
}

const opened = {
  // In a channel of its own: the same words from another reply a moment ago could be taken for its own.
  'a message of the bot': async () => bot.surface.announce?.(bot.standin.addChannel().id),
  'an answer to a mention': async () => {
    bot.standin.mention('hi');
    return (await bot.next()).reply;
  },
  'an interaction': async () => {
    bot.standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
    return (await bot.next()).reply;
  },
};

it.each(Object.entries(opened))('%s', { timeout: 60_000 }, async (_name, open) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      bot.standin.clearFaults();
      const before = new Set(bot.standin.world.messages.keys());
      const reply = await open();
      if (!reply) throw new Error('there is no reply');
      await live(reply, steps);
      const shown = [...bot.standin.world.messages.values()]
        .filter((each) => !before.has(each.id) && !each.deleted && !each.loading && each.author.bot)
        .map(bot.standin.text);
      expect(shown.join('\n').match(/\bw\d+\b/g)).toEqual(words);
      expect(shown.at(-1)).toMatch(/-# done$/);
    }),
    { numRuns: 30 },
  );
});
