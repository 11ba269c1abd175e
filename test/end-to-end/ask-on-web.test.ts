/** A person asks on the page: the answer read as it grows there, the ledger checked. */

import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { ANSWER, expectGrowing, FOOTNOTE } from './asking.ts';
import { expectCharged } from './charges.ts';
import { askOnPage, seeOnPage, textOf } from './page.ts';
import { createStage } from './stage.ts';
import { until } from './waiting.ts';

it('a question streams into the page and says what it cost', { timeout: 120_000 }, async () => {
  await using stage = await createStage({ answer: ANSWER, tokensPerSecond: 80 }, { platforms: [] });
  const bot = await stage.startBot();
  const asked = { conversation: randomUUID(), replyId: randomUUID() };
  const texts: string[] = [];
  const watching = seeOnPage(bot, asked, ({ blocks, final }) => {
    texts.push(textOf(blocks));
    return final;
  });
  await askOnPage(bot, 'Who is there?', asked);
  expect((await watching).footnote).toMatch(FOOTNOTE);
  expectGrowing(texts);
  await until(() => expectCharged(stage));
});
