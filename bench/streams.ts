/** Two hundred answers streaming at once on real timers: how long the event loop is held up, and what a stream weighs. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Reply } from '../src/core/chat.ts';
import { systemClock } from '../src/core/clock.ts';
import { createPacer } from '../src/core/reply/pacer.ts';
import { createPagedReply } from '../src/core/reply/paged-reply.ts';
import type { Row } from './row.ts';

const STREAMS = 200;
const TOKENS = 240;
const TOKENS_PER_SECOND = 60;
const TOKEN = 'word and ';
const LATENCY_MS = 60;

/** Takes about five seconds. Throws when an answer did not arrive whole. */
export async function benchStreams(): Promise<Row[]> {
  const pacer = createPacer({ clock: systemClock });
  const before = process.memoryUsage().heapUsed;
  let most = before;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const sampler = setInterval(() => {
    most = Math.max(most, process.memoryUsage().heapUsed);
  }, 100);
  const startedAt = performance.now();
  try {
    await Promise.all(Array.from({ length: STREAMS }, (_, id) => stream(id)));
  } finally {
    clearInterval(sampler);
    delay.disable();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return [
    {
      name: `${STREAMS} streams: event-loop delay, p99`,
      value: round(delay.percentile(99) / 1e6),
      unit: 'ms',
      bound: 100,
    },
    {
      name: `${STREAMS} streams: heap, garbage included`,
      value: round((most - before) / STREAMS / 1_024),
      unit: 'kB/stream',
    },
    {
      name: `${STREAMS} streams: from the first token to the last text`,
      value: round(seconds),
      unit: 's',
      bound: 8,
    },
  ];

  async function stream(id: number): Promise<void> {
    const pages: string[] = [];
    const put = async (text: string, page: number): Promise<string> => {
      await systemClock.sleep(LATENCY_MS);
      pages[page] = text;
      return String(page);
    };
    const paged = createPagedReply({
      limit: 1_800,
      create: (content, page) => put(content.text, page),
      edit: async (_, content, page) => {
        await put(content.text, page);
      },
    });
    const lane = { key: `reply ${id}`, slots: 5, windowMs: 5_000 };
    const reply: Reply = {
      ref: { surface: 'web' },
      lane,
      write: (message, final) => paged.write(message, final),
    };
    const writer = pacer.open(reply);
    let text = '';
    for (let token = 0; token < TOKENS; token++) {
      text += TOKEN;
      writer.show({ text });
      await systemClock.sleep(1_000 / TOKENS_PER_SECOND);
    }
    await writer.finish({ text, footnote: 'done' });
    if (pages.join(' ') !== text.trimEnd()) throw new Error(`stream ${id} is not complete`);
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
