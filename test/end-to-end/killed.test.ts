/** kill -9 at every step of a run, then a new start: one reply, one prediction, one charge. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StandinMessage } from '../standins/discord/world.ts';
import type { Gate, Passage } from './gate.ts';
import { createStage, type Stage } from './stage.ts';

/** Longer than one Discord message, so that every reply has two pages. */
const ANSWER = Array.from({ length: 60 }, (_, index) => `Sentence number ${index} of the answer.`).join(' ');

interface Moment {
  readonly name: string;
  readonly at: 'replicate' | 'discord';
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

describe('a bot that is killed', () => {
  let stage: Stage;
  afterEach(() => stage.close());

  it.each(MOMENTS)('goes on where it stood when $name', { timeout: 90_000 }, async (moment) => {
    stage = await createStage({ answer: ANSWER, tokensPerSecond: 120, coldBootMs: 400 });
    const first = await stage.startBot();
    const gate: Gate = moment.at === 'replicate' ? stage.replicateGate : stage.discordGate;
    const killed = new Promise<void>((resolve) => {
      let dead = false;
      gate.watch((passage) => {
        if (dead) return 'cut';
        if (!moment.when(passage)) return 'pass';
        dead = true;
        void first.kill().then(resolve);
        return 'cut';
      });
    });
    const asked = stage.discord.sendCommand({ name: 'ask', options: { prompt: 'Tell me a story' } });
    await killed;
    gate.watch(undefined);

    await stage.startBot();
    await vi.waitFor(
      async () => expect((await stage.books()).runs.map((run) => run.state)).toEqual(['closed']),
      {
        timeout: 60_000,
        interval: 200,
      },
    );

    expect(stage.sandbox.predictions).toHaveLength(1);
    const replies = asked.messages();
    expect(replies).toHaveLength(2);
    const shown = textOf(stage, replies);
    expect(shown).toContain(ANSWER);
    expect(shown).toMatch(/-# llama · .*\$\d.*left today/);
    const books = await stage.books();
    const seconds = Number(stage.sandbox.predictions[0]?.metrics.predict_time);
    expect(books).toMatchObject({ settlements: 1, reservedMicroUsd: 0, differences: [] });
    expect(books.spentMicroUsd).toBe(Math.ceil(Number((seconds * 725).toFixed(6))));
    expect(stage.discord.pings()).toEqual([]);
  });

  it('completes a reply whose token has run out by a message that says so', { timeout: 60_000 }, async () => {
    stage = await createStage({ answer: ANSWER, tokensPerSecond: 120 });
    const first = await stage.startBot();
    const asked = stage.discord.sendCommand({ name: 'ask', options: { prompt: 'Tell me a story' } });
    await vi.waitFor(() => expect(stage.sandbox.predictions).toHaveLength(1), { timeout: 10_000 });
    await first.kill();
    stage.discord.advance(16 * 60_000);
    await stage.startBot();
    await vi.waitFor(
      async () => expect((await stage.books()).runs.map((run) => run.state)).toEqual(['closed']),
      {
        timeout: 30_000,
        interval: 200,
      },
    );
    const messages = stage.discord.messages(stage.discord.channel);
    expect(asked.original()).toBe(messages[0]);
    const shown = textOf(stage, messages);
    const notice = '-# Continued here, because Discord closed the original reply after 15 minutes. ';
    expect(shown.split(notice)).toHaveLength(2);
    expect(shown.replace(notice, '')).toContain(ANSWER);
    expect((await stage.books()).settlements).toBe(1);
  });

  it('leaves a run to the next process on SIGTERM, cancelling nothing', { timeout: 60_000 }, async () => {
    stage = await createStage({ answer: ANSWER, tokensPerSecond: 60 });
    const first = await stage.startBot();
    const asked = stage.discord.sendCommand({ name: 'ask', options: { prompt: 'Tell me a story' } });
    const shown = () => textOf(stage, asked.messages());
    await vi.waitFor(() => expect(shown()).toContain('Sentence number 3 '), { timeout: 20_000 });
    const { code, tookMs } = await first.terminate();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
    expect(shown()).toContain('Sentence number 3 ');
    expect(shown()).not.toMatch(/cancel|fail|wrong/i);
    await stage.startBot();
    await vi.waitFor(() => expect(shown()).toContain(ANSWER), { timeout: 30_000 });
    await vi.waitFor(async () => expect((await stage.books()).settlements).toBe(1), { timeout: 10_000 });
    expect(stage.sandbox.predictions.map((prediction) => prediction.status)).toEqual(['succeeded']);
  });
});
