/** Requests that wait in line outlive their process, and keep their places. */

import { expect, it } from 'vitest';
import { answerOnPage, askOnPage, pressOnPage, seeOnPage } from './page.ts';
import { createStage } from './stage.ts';
import { until } from './waiting.ts';

const ANSWER = 'It is Rayleigh scattering.';
const CONFIG = 'limits: { at-once: 1, queue: 2 }';

it('a line of requests goes on where it stood when the bot is killed', { timeout: 180_000 }, async () => {
  await using stage = await createStage({ answer: ANSWER }, { platforms: [], config: CONFIG });
  stage.sandbox.faults.stallAfterTokens = 2;
  const first = await stage.startBot();
  const running = await askOnPage(first, 'Question 1');
  const next = await askOnPage(first, 'Question 2');
  const last = await askOnPage(first, 'Question 3');
  const inLine = (position: number) => (exchange: { status?: string }) =>
    exchange.status?.startsWith(`You are number ${position} in line`) === true;
  await seeOnPage(first, next, inLine(1));
  await seeOnPage(first, last, inLine(2));
  const tooMany = await answerOnPage(first, await askOnPage(first, 'Question 4'));
  expect(tooMany.text).toMatch(/^You have 1 request running and 2 waiting already/);
  await until(() => expect(stage.sandbox.predictions).toHaveLength(1));
  await first.kill();

  const second = await stage.startBot();
  const waiting = await seeOnPage(second, last, inLine(2));
  expect(waiting.buttons.map(({ label }) => label)).toEqual(['Cancel']);
  stage.sandbox.faults.stallAfterTokens = null;
  const { buttons } = await seeOnPage(second, running, ({ blocks }) => blocks.length > 0);
  expect(await pressOnPage(second, running, buttons[0])).toMatch(/^Cancelled/);
  expect((await answerOnPage(second, next)).text).toBe(ANSWER);
  expect((await answerOnPage(second, last)).text).toBe(ANSWER);
  expect(stage.sandbox.predictions.map(({ input }) => String(input.prompt))).toEqual([
    'Question 1',
    'Question 2',
    'Question 3',
  ]);
  await until(async () =>
    expect(await stage.books()).toMatchObject({ settlements: 3, reservedMicroUsd: 0, differences: [] }),
  );
});
