/** kill -9 at the steps of a run on the web page: the page goes on with the same answer, one prediction, one charge. */

import { describe, expect, it } from 'vitest';
import { ANSWER, allClosed, dieAt, expectOneCharge } from './dying.ts';
import type { Passage } from './gate.ts';
import { answerOnPage, askOnPage, seeOnPage, textOf } from './page.ts';
import { createStage } from './stage.ts';

const isCreate = ({ method, path }: Passage) => method === 'POST' && path === '/v1/predictions';
const isGet = ({ method, path }: Passage) => method === 'GET' && path.startsWith('/v1/predictions/');

const MOMENTS: readonly { name: string; when: (passage: Passage) => boolean }[] = [
  { name: 'the money is held and nothing was sent', when: (p) => p.when === 'before' && isCreate(p) },
  {
    name: 'the prediction was created and its answer is lost',
    when: (p) => p.when === 'after' && isCreate(p),
  },
  {
    name: 'the prediction has ended and is not settled',
    when: (p) => p.when === 'after' && isGet(p) && p.answerBody.includes('"succeeded"'),
  },
];

describe.concurrent('a bot whose page is open when it is killed', { timeout: 180_000 }, () => {
  const createWebStage = () =>
    createStage({ answer: ANSWER, tokensPerSecond: 240, coldBootMs: 400 }, { platforms: [] });

  it.each(MOMENTS)('goes on where it stood when $name', async ({ when }) => {
    await using stage = await createWebStage();
    const first = await stage.startBot();
    const killed = dieAt(stage.replicateGate, when, first);
    const asked = await askOnPage(first, 'Tell me a story');
    await killed;

    const second = await stage.startBot();
    await allClosed(stage);

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
