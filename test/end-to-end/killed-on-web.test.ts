/** kill -9 at the steps of a run on the web page: the page goes on with the same answer, one prediction, one charge. */

import { describe, expect, it } from 'vitest';
import { expectOneCharge } from './charges.ts';
import { ANSWER } from './dying.ts';
import { dieAndGoOn, moneyHeld, predictionCreated, predictionEnded } from './moments.ts';
import { answerOnPage, askOnPage, seeOnPage, textOf } from './page.ts';
import { createStage } from './stage.ts';
import { allClosed } from './waiting.ts';

const MOMENTS = [moneyHeld, predictionCreated, predictionEnded];

describe.concurrent('a bot whose page is open when it is killed', { timeout: 180_000 }, () => {
  const createWebStage = () =>
    createStage({ answer: ANSWER, tokensPerSecond: 240, coldBootMs: 400 }, { platforms: [] });

  it.each(MOMENTS)('goes on where it stood when $name', async (moment) => {
    await using stage = await createWebStage();
    const { asked, second } = await dieAndGoOn(stage, moment, (first) => askOnPage(first, 'Tell me a story'));

    const answer = await answerOnPage(second, asked);
    expect(answer.text).toBe(ANSWER);
    expect(answer.footnote).toMatch(/^llama · .*\$\d.*left today/);
    expect(answer.buttons.map(({ label }) => label)).not.toContain('Cancel');
    await expectOneCharge(stage);
  });

  it('goes on where it stood when half of the answer is on show', async () => {
    await using stage = await createWebStage();
    const first = await stage.startBot();
    const asked = await askOnPage(first, 'Tell me a story');
    await seeOnPage(first, asked, ({ blocks }) => textOf(blocks).includes('Sentence number 25 '));
    await first.kill();
    const second = await stage.startBot();
    expect((await answerOnPage(second, asked)).text).toBe(ANSWER);
    await allClosed(stage);
    await expectOneCharge(stage);
  });
});
