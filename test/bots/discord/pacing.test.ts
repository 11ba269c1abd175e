/** Several answers at once through the pacer: Discord never has to say "slow down", and every text arrives whole. */

import { expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createDiscordStandin } from '../../standins/discord/standin.ts';
import { startDiscordBot } from './discord-bot.ts';

it('five answers in one channel and two to commands stay within what Discord allows', async () => {
  // Windows that are shorter than Discord's, so that many of them pass; the lanes learn that from the answers.
  const standin = await createDiscordStandin({ slots: 5, windowMs: 1000 });
  const bot = await startDiscordBot({ standin });
  const pacer = createPacer({ clock: systemClock });
  const answer = (at: number) => Array.from({ length: 450 }, (_, word) => `a${at}w${word}`).join(' ');
  const write = async (at: number) => {
    const { reply } = await bot.next();
    const writer = pacer.open(reply);
    const text = answer(at);
    for (let end = 100; end < text.length; end += 100) {
      writer.show({ text: text.slice(0, end), status: 'Writing' });
      // The model's pace.
      await systemClock.sleep(60);
    }
    await writer.finish({ text, footnote: 'llama' });
    writer.close();
  };
  const answers: Promise<void>[] = [];
  for (let at = 0; at < 7; at++) {
    if (at < 5) standin.mention(`question ${at}`);
    else standin.sendCommand({ name: 'ask', options: { prompt: `question ${at}` } });
    answers.push(write(at));
  }
  await Promise.all(answers);
  const shown = standin
    .messages(standin.channel)
    .filter((each) => each.author.bot)
    .map(standin.text)
    .join(' ');
  for (let at = 0; at < 7; at++) {
    expect(shown.match(new RegExp(`a${at}w\\d+`, 'g'))?.join(' ')).toBe(answer(at));
  }
  expect(pacer.rateLimited).toBe(0);
  expect(standin.rateLimited()).toBe(0);
  await bot.close();
}, 30_000);
