/** kill -9 at the steps of a run on Slack, where posting is not idempotent: one message, one prediction, one charge. */

import { describe, expect, it } from 'vitest';
import { GENERAL, latest, shownText, smallPrint } from '../standins/slack/world.ts';
import { ANSWER, allClosed, dieAt, expectOneCharge } from './dying.ts';
import type { Passage } from './gate.ts';
import { createStage } from './stage.ts';

interface Moment {
  readonly name: string;
  readonly at: 'replicate' | 'slack';
  readonly when: (passage: Passage) => boolean;
}

const isCreate = ({ method, path }: Passage) => method === 'POST' && path === '/v1/predictions';
const isPost = ({ path }: Passage) => path === '/api/chat.postMessage';
const isUpdate = ({ path }: Passage) => path === '/api/chat.update';
const written = ({ requestBody }: Passage) => new URLSearchParams(requestBody).get('blocks') ?? '';
const isFinal = (passage: Passage) => isUpdate(passage) && /llama · .*\$/.test(written(passage));

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
    name: 'the message is not posted yet',
    at: 'slack',
    when: (p) => p.when === 'before' && isPost(p),
  },
  {
    name: 'the message is posted and its answer is lost',
    at: 'slack',
    when: (p) => p.when === 'after' && isPost(p),
  },
  {
    name: 'half of the answer is on show',
    at: 'slack',
    when: (p) => p.when === 'after' && isUpdate(p) && written(p).includes('Sentence number 25 '),
  },
  {
    name: 'it is settled and the final update is not sent',
    at: 'slack',
    when: (p) => p.when === 'before' && isFinal(p),
  },
  {
    name: 'the final update is sent and its answer is lost',
    at: 'slack',
    when: (p) => p.when === 'after' && isFinal(p),
  },
];

describe.concurrent('a bot on Slack that is killed', { timeout: 180_000 }, () => {
  it.each(MOMENTS)('goes on where it stood when $name', async (moment) => {
    await using stage = await createStage(
      { answer: ANSWER, tokensPerSecond: 120, coldBootMs: 400 },
      { platforms: ['slack'] },
    );
    const first = await stage.startBot();
    const gate = moment.at === 'replicate' ? stage.replicateGate : stage.slackGate;
    const killed = dieAt(gate, moment.when, first);
    await stage.slack.slash('/ask', 'tell me a story');
    await killed;

    await stage.startBot();
    await allClosed(stage);

    const messages = stage.slack.messages(GENERAL);
    expect(messages).toHaveLength(1);
    const shown = messages.map(latest);
    expect(shown.map(shownText).join('')).toContain(ANSWER);
    expect(shown.map(smallPrint).join('')).toMatch(/llama · .*\$\d.*left today/);
    await expectOneCharge(stage);
    expect(messages.flatMap(({ versions }) => versions.flatMap(({ pings }) => pings))).toEqual([]);
    expect(stage.slack.rateLimited).toBe(0);
  });
});
