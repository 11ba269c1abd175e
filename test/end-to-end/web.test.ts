/** What people do on the page beside asking; and every way to name a model, from the question to the footnote. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { models } from '../../src/sandbox/models.ts';
import type { BotProcess } from './bot-process.ts';
import { answerOnPage, askOnPage, pressOnPage, seeOnPage, textOf } from './page.ts';
import { createStage, type Stage } from './stage.ts';
import { until } from './waiting.ts';

const ANSWER = 'Once upon a time there was a blue sky.';
const CONFIG = `
models:
  teller: { ref: sandbox/storyteller, price: { hardware: t4 } }
  stories: { ref: deployments/sandbox/stories, price: { hardware: t4 } }
commands:
  ask: { model: llama, models: [llama, teller, stories] }
limits:
  requests: 100 per minute
`;

describe('on the web page', { timeout: 180_000 }, () => {
  let stage: Stage;
  let bot: BotProcess;
  beforeAll(async () => {
    stage = await createStage({ answer: ANSWER, tokensPerSecond: 200 }, { platforms: [], config: CONFIG });
    bot = await stage.startBot();
  });
  afterAll(() => stage.close());

  const say = async (text: string) => answerOnPage(bot, await askOnPage(bot, text));

  it('a community model without a version is asked for once, and shown with the version that ran', async () => {
    const version = models.find(({ name }) => name === 'storyteller')?.version ?? 'none';
    const resolutions: string[] = [];
    stage.replicateGate.watch(({ when, path }) => {
      if (when === 'before' && path.startsWith('/v1/models/sandbox/storyteller')) resolutions.push(path);
      return 'pass';
    });
    for (const question of ['One', 'Two']) {
      const answer = await say(`/ask ${question} --model teller`);
      expect(answer.text).toBe(ANSWER);
      expect(answer.footnote).toMatch(new RegExp(`^teller · .*\\$0\\..* · version ${version.slice(0, 8)}$`));
    }
    stage.replicateGate.watch(undefined);
    expect(resolutions).toHaveLength(1);
    expect(stage.sandbox.predictions.map((prediction) => prediction.version)).toEqual([version, version]);
    expect((await say('/models')).text).toContain(`sandbox/storyteller:${version.slice(0, 8)}`);
  });

  it('a deployment is asked as one', async () => {
    const creates: string[] = [];
    stage.replicateGate.watch(({ when, method, path }) => {
      if (when === 'before' && method === 'POST') creates.push(path);
      return 'pass';
    });
    const answer = await say('/ask Three --model stories');
    stage.replicateGate.watch(undefined);
    expect(answer).toMatchObject({ text: ANSWER, footnote: expect.stringMatching(/^stories · .*\$0\./) });
    expect(creates).toEqual(['/v1/deployments/sandbox/stories/predictions']);
    expect((await say('/models')).text).toContain('deployments/sandbox/stories');
  });

  it('/usage, /forget and /help answer', async () => {
    expect((await say('/usage')).text).toMatch(/\$1\.00 per day, .*\$0\.00\d+ spent today/);
    expect((await say('/forget')).text).toMatch(/forgotten/);
    expect((await say('/help')).text).toContain('/ask');
  });

  it('Cancel stops the model; the answer so far stays and is charged', async () => {
    stage.sandbox.faults.stallAfterTokens = 5;
    const asked = await askOnPage(bot, 'Go on for ever');
    const { buttons } = await seeOnPage(bot, asked, ({ blocks }) => textOf(blocks).includes('Once'));
    expect(await pressOnPage(bot, asked, buttons[0])).toMatch(/^Cancelled/);
    stage.sandbox.faults.stallAfterTokens = null;
    const answer = await answerOnPage(bot, asked);
    expect(answer.text).toMatch(/^Once.*Cancelled\.$/);
    expect(answer.buttons.map(({ label }) => label)).not.toContain('Cancel');
    expect(stage.sandbox.predictions.at(-1)?.status).toBe('canceled');
    await until(async () =>
      expect(await stage.books()).toMatchObject({ reservedMicroUsd: 0, differences: [] }),
    );
  });
});
