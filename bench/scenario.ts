/** Answers streamed through writers and the pacer onto a platform in simulated time. */

import { createPacer } from '../src/core/reply/pacer.ts';
import { createFakeClock, type FakeClock } from '../test/fake-clock.ts';
import { answerOf, TOKEN_LENGTH, TOKENS_PER_SECOND } from './answers.ts';
import { type Answer, type Ideal, idealOf } from './ideal.ts';
import { createPlatform, LATENCY_MS, type Rules } from './platform.ts';
import { createReader } from './reader.ts';

export interface Scenario {
  readonly rules: Rules;
  /** The lengths of answers that begin together, 137 ms after one another. */
  readonly lengths: readonly number[];
  /** Whether each has a lane of its own. */
  readonly apart?: boolean;
}

export interface Outcome {
  readonly name: string;
  /** Of each reply the sum of its tokens' ages when they came on show, and their number. */
  readonly ages: readonly { readonly sumMs: number; readonly tokens: number }[];
  /** From the first token to the first text on show, of each reply. */
  readonly firstsMs: readonly number[];
  /** From the last token to the whole text, of each reply. */
  readonly tailsMs: readonly number[];
  readonly delivered: number;
  readonly refused: number;
  readonly ideal: Ideal;
}

const TOKEN_MS = 1_000 / TOKENS_PER_SECOND;
const STAGGER_MS = 137;

export async function play(scenario: Scenario): Promise<Outcome> {
  const clock = createFakeClock(0);
  const platform = createPlatform(scenario.rules, clock);
  const pacer = createPacer({ clock });
  const streams = scenario.lengths.map((length, index) => stream(index, length));
  let over = false;
  const all = Promise.all(streams).finally(() => {
    over = true;
  });
  while (!over) await clock.advance(10_000);
  const results = await all;
  const answers = results.map(({ answer }) => answer);
  const lane = { key: '', ...scenario.rules.edits };
  const ideals = scenario.apart
    ? answers.map((answer) => idealOf([answer], lane, LATENCY_MS, TOKEN_MS))
    : [idealOf(answers, lane, LATENCY_MS, TOKEN_MS)];
  return {
    name: `${scenario.rules.name}, ${scenario.lengths.length}`,
    ages: results.map(({ sumMs, tokens }) => ({ sumMs, tokens })),
    firstsMs: results.map(({ firstMs }) => firstMs),
    tailsMs: results.map(({ tailMs }) => tailMs),
    delivered: results.filter(({ complete }) => complete).length / results.length,
    refused: platform.refused,
    ideal: scenario.apart ? joined(ideals, answers) : (ideals[0] ?? { staleMs: 0, tailsMs: [] }),
  };

  async function stream(index: number, length: number) {
    await clock.sleep(index * STAGGER_MS);
    const text = answerOf(length);
    const reader = createReader(text, scenario.rules.pageLength);
    const startMs = clock.now();
    let seen = 0;
    let sumMs = 0;
    let firstMs = Number.NaN;
    const key = scenario.apart ? `lane ${index}` : 'lane';
    const reply = platform.open(key, `${key} ${index}`, (pages) => {
      reader.see(pages);
      if (reader.characters > 0 && Number.isNaN(firstMs)) firstMs = clock.now() - startMs;
      const count = reader.complete ? tokens : Math.floor(reader.characters / TOKEN_LENGTH);
      for (; seen < count; seen++) sumMs += clock.now() - (startMs + seen * TOKEN_MS);
    });
    const tokens = Math.ceil(text.length / TOKEN_LENGTH);
    const writer = pacer.open(reply);
    for (let token = 1; token < tokens; token++) {
      writer.show({ text: text.slice(0, token * TOKEN_LENGTH) });
      await sleepUntil(clock, startMs + token * TOKEN_MS);
    }
    const endMs = clock.now();
    await writer.finish({ text });
    return {
      answer: { startMs, endMs } satisfies Answer,
      sumMs,
      tokens,
      firstMs,
      tailMs: clock.now() - endMs,
      complete: reader.complete && seen === tokens,
    };
  }
}

function sleepUntil(clock: FakeClock, at: number): Promise<void> {
  return clock.sleep(at - clock.now());
}

/** Of several lanes: their tokens' mean. */
function joined(ideals: readonly Ideal[], answers: readonly Answer[]): Ideal {
  let sum = 0;
  let lengths = 0;
  for (const [index, { startMs, endMs }] of answers.entries()) {
    sum += (ideals[index]?.staleMs ?? 0) * (endMs - startMs);
    lengths += endMs - startMs;
  }
  return { staleMs: sum / lengths, tailsMs: ideals.flatMap(({ tailsMs }) => tailsMs) };
}
