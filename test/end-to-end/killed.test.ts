/** kill -9 at every step of a run on Discord, then a new start: one reply, one prediction, one charge. */

import { describe, expect, it } from 'vitest';
import type { StandinMessage } from '../standins/discord/world.ts';
import { ANSWER, allClosed, dieAt, expectOneCharge, until } from './dying.ts';
import type { Passage } from './gate.ts';
import { createStage, type Stage } from './stage.ts';

interface Moment {
  readonly name: string;
  readonly at: 'replicate' | 'discord';
  readonly bootMs?: number;
  /** The first passage where it is true is where the process dies; neither request nor answer gets any further. */
  readonly when: (passage: Passage) => boolean;
}

const isCreate = ({ method, path }: Passage) => method === 'POST' && path === '/v1/predictions';
const isGet = ({ method, path }: Passage) => method === 'GET' && path.startsWith('/v1/predictions/');
/** An edit of the reply's first message, an edit of its second page, or the making of that. */
const isEdit = ({ method, path }: Passage) =>
  ['PATCH', 'POST'].includes(method) && path.includes('/webhooks/');
const isFinal = (passage: Passage) =>
  isEdit(passage) && /-# llama · .*\$/.test(JSON.parse(passage.requestBody).content ?? '');

const MOMENTS: readonly Moment[] = [
  {
    name: 'the money is held and nothing was sent',
    at: 'replicate',
    when: (p) => p.when === 'before' && isCreate(p),
  },
  {
    name: 'the prediction was created and its answer is lost',
    at: 'replicate',
    when: (p) => p.when === 'after' && isCreate(p),
  },
  {
    name: 'the model is booting',
    at: 'replicate',
    bootMs: 3000,
    when: (p) => p.when === 'after' && isGet(p) && p.answerBody.includes('"starting"'),
  },
  {
    name: 'the first words are on show',
    at: 'discord',
    when: (p) => p.when === 'after' && isEdit(p) && p.requestBody.includes('Sentence number 1 '),
  },
  {
    name: 'half of the answer is on show',
    at: 'discord',
    when: (p) => p.when === 'after' && isEdit(p) && p.requestBody.includes('Sentence number 25 '),
  },
  {
    name: 'the prediction has ended and is not settled',
    at: 'replicate',
    when: (p) => p.when === 'after' && isGet(p) && p.answerBody.includes('"succeeded"'),
  },
  {
    name: 'it is settled and the final edit is not sent',
    at: 'discord',
    when: (p) => p.when === 'before' && isFinal(p),
  },
  {
    name: 'the final edit is sent and its answer is lost',
    at: 'discord',
    when: (p) => p.when === 'after' && isFinal(p),
  },
];

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
    const first = await stage.startBot();
    const gate = moment.at === 'replicate' ? stage.replicateGate : stage.discordGate;
    const killed = dieAt(gate, moment.when, first);
    const asked = stage.discord.sendCommand({ name: 'ask', options: { prompt: 'Tell me a story' } });
    await killed;

    await stage.startBot();
    await allClosed(stage);

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
    const asked = stage.discord.sendCommand({ name: 'ask', options: { prompt: 'Tell me a story' } });
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
