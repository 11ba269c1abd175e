/** How old the text on show is, in simulated time: paced replies against what is possible, and against a naive loop. */

import type { Lane, Reply } from '../src/core/chat.ts';
import { createPacer } from '../src/core/reply/pacer.ts';
import { createPagedReply } from '../src/core/reply/paged-reply.ts';
import { createFakeClock } from '../test/fake-clock.ts';
import type { Row } from './row.ts';

const LANE: Lane = { key: 'lane', slots: 5, windowMs: 5_000 };
const LATENCY_MS = 60;
const TOKEN_MS = 1_000 / 60;
const TOKEN = 'abc ';
const STAGGER_MS = 137;
const NAIVE_INTERVAL_MS = 1_000;
const PAGE = 1_800;
/** One slot of five is kept for finals, so an interim edit comes every 1.25 s instead of every second. */
const BOUND_ALONE = 1.5;
/** Where replies compete, a page costs two requests, one to finish it and one to begin the next. */
const BOUND_CROWDED = 2.5;

/** What became of one answer's tokens. */
interface Outcome {
  /** The mean time from a token's arrival to its being on show. */
  readonly staleMs: number;
  /** The longest time from a reply's last token to its whole text. */
  readonly tailMs: number;
}

/** For each length of the answers and number of replies in one lane: ours and the naive loop's, to what is possible. */
export async function benchReply(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const characters of [300, 2_000, 20_000]) {
    for (const replies of [1, 5, 20]) {
      const tokens = Math.ceil(characters / TOKEN.length);
      const possibleMs = possibleStaleness(tokens, replies);
      const bound = replies === 1 ? BOUND_ALONE : BOUND_CROWDED;
      const paced = await pacedOutcome(tokens, replies);
      const naive = naiveOutcome(tokens, replies);
      const name = `${replies} × ${characters} characters`;
      rows.push(
        {
          name: `${name}: staleness to possible`,
          value: round(paced.staleMs / possibleMs),
          unit: '×',
          bound,
        },
        { name: `${name}: naive staleness to ours`, value: round(naive.staleMs / paced.staleMs), unit: '×' },
        { name: `${name}: last token to whole text`, value: round(paced.tailMs), unit: 'ms' },
        { name: `${name}: the same, naive`, value: round(naive.tailMs), unit: 'ms' },
      );
    }
  }
  return rows;
}

/**
 * The least mean age of a token: one request per slot, each reply in turn, and one latency; more where the requests that
 * the pages need at the very least take longer than the answers do.
 */
function possibleStaleness(tokens: number, replies: number): number {
  const slotMs = LANE.windowMs / LANE.slots;
  const requestsMs = Math.ceil((tokens * TOKEN.length) / PAGE) * replies * slotMs;
  const answersMs = tokens * TOKEN_MS;
  return Math.max(slotMs * replies, requestsMs - answersMs) / 2 + LATENCY_MS;
}

function createTally(tokens: number, startsAt: (reply: number) => number, replies: number) {
  const seen = new Array<number>(replies).fill(0);
  let sum = 0;
  let tailMs = 0;
  return {
    /** `count` tokens of a reply are on show since `at`. */
    show(reply: number, count: number, at: number): void {
      for (let token = seen[reply] ?? 0; token < count; token++) {
        const age = at - (startsAt(reply) + token * TOKEN_MS);
        sum += age;
        if (token === tokens - 1) tailMs = Math.max(tailMs, age);
      }
      seen[reply] = Math.max(seen[reply] ?? 0, count);
    },
    outcome(): Outcome {
      if (seen.some((count) => count !== tokens)) throw new Error(`not all text was shown: ${seen.join()}`);
      return { staleMs: sum / (tokens * replies), tailMs };
    },
  };
}

async function pacedOutcome(tokens: number, replies: number): Promise<Outcome> {
  const clock = createFakeClock(0);
  const pacer = createPacer({ clock });
  const tally = createTally(tokens, (reply) => reply * STAGGER_MS, replies);
  let finished = 0;

  async function stream(id: number): Promise<void> {
    await clock.sleep(id * STAGGER_MS);
    const counts: number[] = [];
    const put = async (text: string, page: number): Promise<string> => {
      await clock.sleep(LATENCY_MS);
      counts[page] = text.split('a').length - 1;
      tally.show(
        id,
        counts.reduce((sum, count) => sum + count, 0),
        clock.now(),
      );
      return String(page);
    };
    const paged = createPagedReply({
      limit: PAGE,
      create: (content, page) => put(content.text, page),
      edit: async (_, content, page) => {
        await put(content.text, page);
      },
    });
    const reply: Reply = {
      ref: { surface: 'web' },
      lane: LANE,
      write: (message, final) => paged.write(message, final),
    };
    const writer = pacer.open(reply);
    const start = clock.now();
    for (let token = 1; token < tokens; token++) {
      writer.show({ text: TOKEN.repeat(token) });
      await clock.sleep(start + token * TOKEN_MS - clock.now());
    }
    await writer.finish({ text: TOKEN.repeat(tokens) });
    finished++;
  }

  const streams = Promise.all(Array.from({ length: replies }, (_, id) => stream(id)));
  while (finished < replies) await clock.advance(10_000);
  await streams;
  return tally.outcome();
}

/** Every second each reply sends what it has, on one endless page; the edits queue for the platform, none is dropped. */
function naiveOutcome(tokens: number, replies: number): Outcome {
  const tally = createTally(tokens, (reply) => reply * STAGGER_MS, replies);
  const edits: { at: number; reply: number; count: number }[] = [];
  const lengthMs = (tokens - 1) * TOKEN_MS;
  for (let reply = 0; reply < replies; reply++) {
    for (let ms = NAIVE_INTERVAL_MS; ms < lengthMs; ms += NAIVE_INTERVAL_MS)
      edits.push({ at: reply * STAGGER_MS + ms, reply, count: Math.floor(ms / TOKEN_MS) + 1 });
    edits.push({ at: reply * STAGGER_MS + lengthMs, reply, count: tokens });
  }
  edits.sort((one, other) => one.at - other.at);
  const starts: number[] = [];
  for (const [index, edit] of edits.entries()) {
    const afterPrevious = index > 0 ? (starts[index - 1] ?? 0) + LATENCY_MS : 0;
    const slotFree = index >= LANE.slots ? (starts[index - LANE.slots] ?? 0) + LANE.windowMs : 0;
    const start = Math.max(edit.at, afterPrevious, slotFree);
    starts.push(start);
    tally.show(edit.reply, edit.count, start + LATENCY_MS);
  }
  return tally.outcome();
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
