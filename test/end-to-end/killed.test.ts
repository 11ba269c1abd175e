/** kill -9 at every step of a run on Discord, then a new start: one reply, one prediction, one charge. */

import { describe, expect, it } from 'vitest';
import type { StandinMessage } from '../standins/discord/world.ts';
import { expectOneCharge } from './charges.ts';
import { ANSWER } from './dying.ts';
import type { Passage } from './gate.ts';
import {
  after,
  before,
  dieAndGoOn,
  isFound,
  type Moment,
  moneyHeld,
  predictionCreated,
  predictionEnded,
} from './moments.ts';
import { createStage, type Stage } from './stage.ts';
import { allClosed, until } from './waiting.ts';

/** An edit of the reply's first message, an edit of its second page, or the making of that. */
const isEdit = ({ method, path }: Passage) =>
  ['PATCH', 'POST'].includes(method) && path.includes('/webhooks/');
const shows = (text: string) => (passage: Passage) => isEdit(passage) && passage.requestBody.includes(text);
const isFinal = (passage: Passage) =>
  isEdit(passage) && /-# llama · .*\$/.test(JSON.parse(passage.requestBody).content ?? '');

const MOMENTS: readonly (Moment & { bootMs?: number })[] = [
  moneyHeld,
  predictionCreated,
  { name: 'the model is booting', at: 'replicate', bootMs: 3000, when: isFound('starting') },
  { name: 'the first words are on show', at: 'discord', when: after(shows('Sentence number 1 ')) },
  { name: 'half of the answer is on show', at: 'discord', when: after(shows('Sentence number 25 ')) },
  predictionEnded,
  { name: 'it is settled and the final edit is not sent', at: 'discord', when: before(isFinal) },
  { name: 'the final edit is sent and its answer is lost', at: 'discord', when: after(isFinal) },
];

const ask = ({ discord }: Stage) =>
  discord.sendCommand({ name: 'ask', options: { prompt: 'Tell me a story' } });

/** Pages end between words: what is between them was a space or a line break. */
function textOf(stage: Stage, messages: readonly StandinMessage[]): string {
  return messages
    .map((message) => stage.discord.text(message))
    .join(' ')
    .replaceAll(/\s+/g, ' ');
}

describe.concurrent('a bot that is killed', { timeout: 180_000 }, () => {
  it.each(MOMENTS)('goes on where it stood when $name', async (moment) => {
    await using stage = await createStage({
      answer: ANSWER,
      tokensPerSecond: 120,
      coldBootMs: moment.bootMs ?? 400,
    });
    const { asked } = await dieAndGoOn(stage, moment, () => ask(stage));

    const replies = asked.messages();
    expect(replies).toHaveLength(2);
    const shown = textOf(stage, replies);
    expect(shown).toContain(ANSWER);
    expect(shown).toMatch(/-# llama · .*\$\d.*left today/);
    await expectOneCharge(stage);
    expect(stage.discord.pings()).toEqual([]);
  });

  it('completes a reply whose token has run out by a message that says so', async () => {
    await using stage = await createStage({ answer: ANSWER, tokensPerSecond: 120 });
    const first = await stage.startBot();
    const asked = ask(stage);
    await until(() => expect(stage.sandbox.predictions).toHaveLength(1));
    await first.kill();
    stage.discord.advance(16 * 60_000);
    await stage.startBot();
    await allClosed(stage);
    const messages = stage.discord.messages(stage.discord.channel);
    expect(asked.original()).toBe(messages[0]);
    const shown = textOf(stage, messages);
    const notice = '-# Continued here, because Discord closed the original reply after 15 minutes. ';
    expect(shown.split(notice)).toHaveLength(2);
    expect(shown.replace(notice, '')).toContain(ANSWER);
    expect((await stage.books()).settlements).toBe(1);
  });
});
