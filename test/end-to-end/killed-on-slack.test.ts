/** kill -9 at the steps of a run on Slack, where posting is not idempotent: one message, one prediction, one charge. */

import { describe, expect, it } from 'vitest';
import { GENERAL, latest, shownText, smallPrint } from '../standins/slack/world.ts';
import { expectOneCharge } from './charges.ts';
import { ANSWER } from './dying.ts';
import type { Passage } from './gate.ts';
import { after, before, dieAndGoOn, type Moment, moneyHeld, predictionCreated } from './moments.ts';
import { createStage } from './stage.ts';

const isPost = ({ path }: Passage) => path === '/api/chat.postMessage';
const isUpdate = ({ path }: Passage) => path === '/api/chat.update';
const written = ({ requestBody }: Passage) => new URLSearchParams(requestBody).get('blocks') ?? '';
const isHalf = (passage: Passage) => isUpdate(passage) && written(passage).includes('Sentence number 25 ');
const isFinal = (passage: Passage) => isUpdate(passage) && /llama · .*\$/.test(written(passage));

const MOMENTS: readonly Moment[] = [
  moneyHeld,
  predictionCreated,
  { name: 'the message is not posted yet', at: 'slack', when: before(isPost) },
  { name: 'the message is posted and its answer is lost', at: 'slack', when: after(isPost) },
  { name: 'half of the answer is on show', at: 'slack', when: after(isHalf) },
  { name: 'it is settled and the final update is not sent', at: 'slack', when: before(isFinal) },
  { name: 'the final update is sent and its answer is lost', at: 'slack', when: after(isFinal) },
];

describe.concurrent('a bot on Slack that is killed', { timeout: 180_000 }, () => {
  it.each(MOMENTS)('goes on where it stood when $name', async (moment) => {
    await using stage = await createStage(
      { answer: ANSWER, tokensPerSecond: 120, coldBootMs: 400 },
      { platforms: ['slack'] },
    );
    await dieAndGoOn(stage, moment, () => stage.slack.slash('/ask', 'tell me a story'));

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
