/** Very long answers of a model that thinks aloud: thoughts folded, the start in messages, all of it as a file. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GENERAL, latest, shownText, smallPrint } from '../standins/slack/world.ts';
import { createStage, type Stage } from './stage.ts';
import { until } from './waiting.ts';

const WORDS = Array.from({ length: 1700 }, (_, at) => `wordnumber${at}${at % 40 === 39 ? '.\n\n' : ''}`).join(
  ' ',
);
const ANSWER = `<think>\nFirst I think of @everyone.\n</think>\n\n${WORDS}`;
const CONFIG = `
replies: { file-after-pages: 1 }
models:
  llama: { ref: meta/meta-llama-3-70b-instruct, price: { hardware: a40 }, max-tokens: 4000 }
`;
const START = 'This is the start. All of it is in the file.';

describe('a very long answer', { timeout: 120_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage(
      { answer: ANSWER, tokensPerSecond: 4000, coldBootMs: 0 },
      { platforms: ['discord', 'slack'], config: CONFIG },
    );
    await stage.startBot();
  });
  afterAll(() => stage.close());

  const wordsOf = (text: string) => text.match(/\bwordnumber\d+\b/g) ?? [];

  it('is one message and a file on Discord, its thoughts covered', async () => {
    const asked = stage.discord.sendCommand({ name: 'ask', options: { prompt: 'Write a lot' } });
    const last = await until(() => {
      const message = asked.messages().at(-1) ?? expect.fail('no message');
      expect(stage.discord.filesOf(message)).toHaveLength(1);
      return message;
    });
    const texts = asked.messages().map(stage.discord.text);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/^-# \|\|First I think of @everyone\.\|\|\n\nwordnumber0 wordnumber1 /);
    expect(texts[0]).toContain(START);
    expect(asked.messages().flatMap(({ versions }) => versions.flatMap(({ pings }) => pings))).toEqual([]);
    const [file] = stage.discord.filesOf(last);
    expect(file?.name).toBe('answer.md');
    expect(wordsOf(String(Buffer.from(file?.bytes ?? '')))).toEqual(wordsOf(WORDS));
    const shown = wordsOf(texts.join(' '));
    expect(shown).toEqual(wordsOf(WORDS).slice(0, shown.length));
  });

  it('is one message and a file on Slack, its thoughts quoted', async () => {
    await stage.slack.slash('/ask', 'Write a lot');
    const answers = () =>
      stage.slack.messages(GENERAL).filter(({ author }) => author === stage.slack.world.botUser);
    await until(() => {
      expect(
        answers()
          .map((message) => smallPrint(latest(message)))
          .join(),
      ).toMatch(/left today/);
      expect(answers().flatMap(({ files = [] }) => [...files])).toHaveLength(1);
    });
    const texts = answers()
      .map((message) => shownText(latest(message)))
      .filter((text) => text !== '');
    expect(texts).toHaveLength(1);
    expect(
      answers()
        .map((message) => smallPrint(latest(message)))
        .join(),
    ).toContain(START);
    expect(texts[0]).toMatch(/^> First I think of @everyone\.\n\nwordnumber0 wordnumber1 /);
    const [file] = answers().flatMap(({ files = [] }) => [...files]);
    expect(file?.name).toBe('answer.md');
    expect(wordsOf(String(Buffer.from(file?.bytes ?? '')))).toEqual(wordsOf(WORDS));
  });
});
