/** Two hundred and a thousand answers streaming at once on real timers: how long the event loop is held up, and what a reply weighs. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../src/core/clock.ts';
import { createPacer } from '../src/core/reply/pacer.ts';
import { answerOf, TOKEN_LENGTH } from './answers.ts';
import { createPlatform, DISCORD } from './platform.ts';
import type { Row } from './row.ts';

const STREAMS = [200, 1_000] as const;
const TOKENS = 240;
const TOKENS_PER_SECOND = 20;
const DELAY_MS = 50;
const WEIGHT_KB = 60;
/** How long it takes to begin all of them. */
const ARRIVALS_MS = 3_000;

/** Takes about half a minute. Throws when an answer did not arrive whole. */
export async function benchStreams(): Promise<Row[]> {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const rows: Row[] = [];
  for (const count of STREAMS) rows.push(...(await streamAtOnce(count, collectGarbage)));
  return rows;
}

async function streamAtOnce(count: number, collectGarbage: () => void): Promise<Row[]> {
  const platform = createPlatform(DISCORD, systemClock);
  const pacer = createPacer({ clock: systemClock });
  const answer = answerOf(TOKENS * TOKEN_LENGTH);
  const idleMs = await idleDelayMs();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const streams = await Promise.all(Array.from({ length: count }, (_, id) => stream(id)));
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  delay.disable();
  collectGarbage();
  const weight = (process.memoryUsage().heapUsed - before) / count / 1_024;
  await Promise.all(streams.map((finish) => finish()));
  const name = `${count} replies at ${TOKENS_PER_SECOND} tokens/s`;
  return [
    {
      name: `${name}: event-loop delay, p99`,
      value: delay.percentile(99) / 1e6,
      unit: 'ms',
      bound: DELAY_MS,
    },
    { name: 'before it, with nothing to do on this machine', value: idleMs, unit: 'ms' },
    { name: `${name}: processor time`, value: (cpu.user + cpu.system) / 1e4 / seconds, unit: '%' },
    { name: `${name}: memory`, value: weight, unit: 'kB each', bound: WEIGHT_KB },
    { name: `${name}: 429s`, value: platform.refused, unit: '', bound: 0 },
  ];

  /** Resolves when all but the final edit is done. */
  async function stream(id: number): Promise<() => Promise<void>> {
    await systemClock.sleep((id / count) * ARRIVALS_MS);
    let pages: readonly string[] = [];
    const writer = pacer.open(
      platform.open(`lane ${id}`, `channel ${id}`, (shown) => {
        pages = shown;
      }),
    );
    let text = '';
    for (let token = 0; token < TOKENS; token++) {
      // Grown piece by piece, as a stream's text is.
      text += answer.slice(token * TOKEN_LENGTH, (token + 1) * TOKEN_LENGTH);
      writer.show({ text });
      await systemClock.sleep(1_000 / TOKENS_PER_SECOND);
    }
    return async () => {
      await writer.finish({ text, footnote: 'done' });
      if (pages.join('') !== answer) throw new Error(`stream ${id} is not complete`);
    };
  }
}

/** What other programs on the machine cost us: the event loop's delay at the 99th percentile while it does nothing. */
async function idleDelayMs(): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await systemClock.sleep(3_000);
  delay.disable();
  return delay.percentile(99) / 1e6;
}
