/** Answers streamed through writers and the pacer onto a platform in simulated time. */

import type { Reply } from '../src/core/chat.ts';
import { type Clock, systemClock } from '../src/core/clock.ts';
import { createPacer } from '../src/core/reply/pacer.ts';
import { createFakeClock } from '../test/fake-clock.ts';
import { answerOf, TOKEN_LENGTH, TOKENS_PER_SECOND } from './answers.ts';
import type { Sent } from './ideal-sharing.ts';
import { createNaiveWriter } from './naive-writer.ts';
import { createPlatform, type Rules } from './platform.ts';
import { createReader } from './reader.ts';

export interface Scenario {
  readonly rules: Rules;
  /** The lengths of answers that begin together, 137 ms after one another. */
  readonly lengths: readonly number[];
  /** Whether each has a lane of its own. */
  readonly apart?: boolean;
  /** By an edit every second instead of writers and the pacer. */
  readonly naive?: boolean;
  /** On the real clock instead of a simulated one. */
  readonly realTime?: boolean;
}

export interface Outcome extends Sent {
  /** Of each reply, the mean age of its tokens when they came on show. */
  readonly staleMs: readonly number[];
  /** From the first token to the first text on show, of each reply. */
  readonly firstsMs: readonly number[];
  /** From the last token to the whole text, of each reply. */
  readonly tailsMs: readonly number[];
  /** The part of the replies that showed their whole text. */
  readonly delivered: number;
  readonly refused: number;
}

const TOKEN_MS = 1_000 / TOKENS_PER_SECOND;
const STAGGER_MS = 137;

export async function play(scenario: Scenario): Promise<Outcome> {
  const fake = scenario.realTime ? undefined : createFakeClock(0);
  const clock = fake ?? systemClock;
  const platform = createPlatform(scenario.rules, clock);
  const pacer = createPacer({ clock });
  const sent: { readonly at: number; readonly reply: number; readonly final: boolean }[] = [];
  const streams = scenario.lengths.map((length, index) => stream(index, length));
  let over = false;
  const all = Promise.all(streams).finally(() => {
    over = true;
  });
  while (fake && !over) await fake.advance(10_000);
  const results = await all;
  return {
    interimsAt: sent.filter(({ final }) => !final).map(({ at }) => at),
    finalRequests: results.map(
      (_, index) => sent.filter(({ final, reply }) => final && reply === index).length,
    ),
    answers: results.map(({ answer }) => answer),
    staleMs: results.map(({ staleMs }) => staleMs),
    firstsMs: results.map(({ firstMs }) => firstMs),
    tailsMs: results.map(({ tailMs }) => tailMs),
    delivered: results.filter(({ complete }) => complete).length / results.length,
    refused: platform.refused,
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
    const observed: Reply = {
      get ref() {
        return reply.ref;
      },
      get lane() {
        return reply.lane;
      },
      write(message, final) {
        // New messages have a rate of their own on some platforms.
        if (reply.lane.windowMs === scenario.rules.edits.windowMs)
          sent.push({ at: clock.now(), reply: index, final });
        return reply.write(message, final);
      },
    };
    const writer = scenario.naive ? createNaiveWriter(observed, clock) : pacer.open(observed);
    for (let token = 1; token < tokens; token++) {
      writer.show({ text: text.slice(0, token * TOKEN_LENGTH) });
      await sleepUntil(clock, startMs + token * TOKEN_MS);
    }
    const endMs = clock.now();
    await writer.finish({ text });
    return {
      answer: {
        startMs,
        endMs,
        pageEndsMs: reader.pageEnds.map((end) => startMs + (end / TOKEN_LENGTH) * TOKEN_MS),
      },
      staleMs: sumMs / tokens,
      firstMs,
      tailMs: clock.now() - endMs,
      complete: reader.complete && seen === tokens,
    };
  }
}

function sleepUntil(clock: Clock, at: number): Promise<void> {
  return clock.sleep(at - clock.now());
}
