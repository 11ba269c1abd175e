/** Replies on a Slack that loses answers, refuses streams and ends them, while processes die: random, repeatable by seed. */

import webApi from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { createSlackApi } from '../../../src/bots/slack/api.ts';
import { createFileApi } from '../../../src/bots/slack/file-api.ts';
import { createSlackReply } from '../../../src/bots/slack/reply.ts';
import { readReplyRef, type SlackReplyRef } from '../../../src/bots/slack/reply-ref.ts';
import { createStreamApi } from '../../../src/bots/slack/stream-api.ts';
import type { Message, Reply } from '../../../src/core/chat.ts';
import type { Log } from '../../../src/core/log.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createFakeClock, type FakeClock } from '../../fake-clock.ts';
import { add } from '../../standins/slack/messages.ts';
import { createRateLimits } from '../../standins/slack/rate-limits.ts';
import { asString, type Json, SlackRefusal } from '../../standins/slack/refusal.ts';
import { decode } from '../../standins/slack/slack-standin.ts';
import { callMethod } from '../../standins/slack/web-api.ts';
import {
  ALICE,
  createWorld,
  DIRECT,
  GENERAL,
  latest,
  shownText,
  type World,
} from '../../standins/slack/world.ts';

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const STREAM_LIVES_MS = 5 * 60_000;
const REFUSALS = [
  'internal_error',
  'message_not_in_streaming_state',
  'msg_too_long',
  'streaming_state_conflict',
];

/** mulberry32: a small seeded generator, so that a failure can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Faults {
  /** Parts of the requests that fail so. */
  readonly lost: number;
  readonly refused: number;
}

/** The stand-in's Slack without a network: every request takes time, some get lost on the way there or back. */
function createSlack(clock: FakeClock, world: World, random: () => number, faults: Faults) {
  const limits = createRateLimits(clock.now, 1);
  const rateLimited: string[] = [];
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low));

  function endOldStreams(): void {
    for (const message of world.messages) {
      const startedAt = message.versions[0]?.at ?? 0;
      if (message.stream === 'live' && clock.now() - startedAt > STREAM_LIVES_MS) message.stream = 'ended';
    }
  }

  function answer(method: string, args: Json): Json {
    const streaming = /Stream$/.test(method);
    if (streaming && random() < faults.refused)
      throw new SlackRefusal(REFUSALS[Math.floor(random() * REFUSALS.length)] ?? '');
    return callMethod(world, method, args, 'http://slack');
  }

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const method = String(input).split('/api/')[1] ?? '';
    const args = decode(String(init?.body));
    await clock.sleep(between(20, 170));
    const fate = random();
    if (fate < faults.lost) throw new TypeError('the request was lost');
    endOldStreams();
    const waitSeconds = limits.take(method, asString(args.channel));
    if (waitSeconds !== undefined) {
      rateLimited.push(method);
      return Response.json({ ok: false }, { status: 429, headers: { 'retry-after': String(waitSeconds) } });
    }
    let body: Json;
    try {
      body = answer(method, args);
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      body = error.body();
    }
    await clock.sleep(between(20, 170));
    if (fate < faults.lost * 2) throw new TypeError('the answer was lost');
    return Response.json(body);
  };
  return { fetch, rateLimited };
}

/** Paragraphs, code and long lines, each word numbered so that none is lost or doubled unnoticed. */
function createText(random: () => number, words: number): string[] {
  return Array.from({ length: words }, (_, at) => {
    const kind = random();
    if (kind < 0.01) return `w${at}\n\n\`\`\`python\n`;
    if (kind < 0.02) return `w${at}\n\`\`\`\n\n`;
    if (kind < 0.05) return `w${at}.\n\n`;
    if (kind < 0.06) return `w${at} <!channel> <@U0BOB> `;
    return `w${at}${kind < 0.1 ? '\n' : ' '}`;
  });
}

async function simulate(seed: number, faults: Faults): Promise<void> {
  const random = randomOf(seed);
  const clock = createFakeClock(1_800_000_000_000);
  const world = createWorld(clock.now);
  const slack = createSlack(clock, world, random, faults);
  const client = new webApi.WebClient(world.botToken, {
    fetch: slack.fetch,
    slackApiUrl: 'http://slack/api/',
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quiet,
  });
  const pacer = createPacer({ clock, log });
  const parts = {
    api: createSlackApi(client, slack.fetch, log),
    files: createFileApi(client, slack.fetch),
    streams: createStreamApi(client, clock),
    team: world.team,
    botName: 'replibot',
    onStoppable: () => undefined,
    onStopped: () => undefined,
  };
  const open = (ref: SlackReplyRef, reopened: boolean): Reply =>
    createSlackReply({ ...parts, ref, reopened });

  async function run(id: number): Promise<{ thread: string; channel: string; text: string }> {
    const channel = random() < 0.7 ? DIRECT : GENERAL;
    const version = { at: clock.now(), text: 'go', blocks: [], pings: [] };
    const question = add(world, { channel, author: ALICE, through: 'person', version });
    const tokens = createText(random, Math.floor(random() ** 2 * 3500) + 1);
    const everyMs = Math.floor(80 + random() * 250);
    let ref: SlackReplyRef = {
      surface: 'slack',
      mode: channel === DIRECT ? 'stream' : 'posts',
      replyId: `reply-${id}`,
      channel,
      threadTs: question.ts,
      user: ALICE,
      since: clock.now(),
      private: false,
      announced: false,
      pages: [],
      session: false,
      uploads: {},
      shared: [],
    };
    const hooks = {
      async onWritten(written: Reply['ref']) {
        ref = readReplyRef(JSON.parse(JSON.stringify(written)));
      },
    };
    let writer = pacer.open(open(ref, false), hooks);
    const buttons = [{ id: `cancel:${id}`, label: 'Cancel', style: 'danger' as const }];
    writer.show({ text: '', status: 'Booting', buttons });
    await clock.sleep(Math.floor(random() * 2000));
    let text = '';
    for (let at = 0; at < tokens.length; at += 5) {
      text += tokens.slice(at, at + 5).join('');
      writer.show({ text, buttons });
      await clock.sleep(everyMs);
      if (random() < 0.005 * (faults.lost > 0 ? 1 : 0)) {
        // The process dies, and another takes the reply over from what was stored.
        writer.close();
        await clock.sleep(3000);
        writer = pacer.open(open(ref, true), hooks);
      }
    }
    const final: Message = { text, footnote: 'llama' };
    for (;;) {
      try {
        await writer.finish(final);
        break;
      } catch {
        writer = pacer.open(open(ref, true), hooks);
      }
    }
    return { thread: question.ts, channel, text };
  }

  const replies = 1 + Math.floor(random() * 8);
  const finished = Promise.all(Array.from({ length: replies }, (_, id) => run(id)));
  let done = false;
  void finished.then(
    () => (done = true),
    () => (done = true),
  );
  for (let second = 0; !done && second < 3600; second++) await clock.advance(1000);
  expect(done, `seed ${seed} ends`).toBe(true);

  for (const { thread, channel, text } of await finished) {
    const own = world.messages.filter(
      (message) => message.author === world.botUser && !message.deleted && message.threadTs === thread,
    );
    const shown = own.map((message) => shownText(latest(message))).join('\n');
    const where = `seed ${seed}, thread ${thread} in ${channel}`;
    expect(shown.match(/\bw\d+\b/g), where).toEqual(text.match(/\bw\d+\b/g));
    expect(
      own.flatMap((message) => message.versions.flatMap((each) => each.pings)),
      where,
    ).toEqual([]);
    expect(own.map((message) => message.stream).includes('live'), where).toBe(false);
    expect(world.sessions.get(`${channel}:${thread}`), where).not.toBe('processing');
  }
  expect(slack.rateLimited, `seed ${seed}`).toEqual([]);
}

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => webApi.LogLevel.ERROR,
  setName() {},
};

describe('random replies on Slack', () => {
  it('are complete, in order, without a 429 on a Slack that works', async () => {
    for (let seed = 1; seed <= 3; seed++) await simulate(seed, { lost: 0, refused: 0 });
  });

  it('are complete and shown once on one that loses, refuses and ends things, across deaths', async () => {
    for (let seed = 1; seed <= 6; seed++) await simulate(seed, { lost: 0.01, refused: 0.03 });
  });
});
