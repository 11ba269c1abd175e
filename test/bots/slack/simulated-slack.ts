/** Replies on the stand-in's Slack without a network, on a simulated clock: every request takes time, some go wrong. */

import webApi from '@slack/web-api';
import { createSlackApi } from '../../../src/bots/slack/api.ts';
import { createConversationReads } from '../../../src/bots/slack/conversation-reads.ts';
import { createFileApi } from '../../../src/bots/slack/file-api.ts';
import { createSlackLanes } from '../../../src/bots/slack/lanes.ts';
import { createSlackReply } from '../../../src/bots/slack/reply.ts';
import type { SlackReplyRef } from '../../../src/bots/slack/reply-ref.ts';
import { createStreamApi } from '../../../src/bots/slack/stream-api.ts';
import { createWorkApi } from '../../../src/bots/slack/work-api.ts';
import type { Reply } from '../../../src/core/chat.ts';
import type { Log } from '../../../src/core/log.ts';
import type { SharedSlots } from '../../../src/core/reply/shared-slots.ts';
import type { FakeClock } from '../../fake-clock.ts';
import { createRateLimits } from '../../standins/slack/rate-limits.ts';
import { asString, type Json, SlackRefusal } from '../../standins/slack/refusal.ts';
import { decode } from '../../standins/slack/slack-standin.ts';
import { callMethod } from '../../standins/slack/web-api.ts';
import { ALICE, type World } from '../../standins/slack/world.ts';

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
const REFUSALS = [
  'internal_error',
  'message_not_in_streaming_state',
  'msg_too_long',
  'streaming_state_conflict',
];

export interface Faults {
  /** Parts of the requests that fail so. */
  readonly lost: number;
  readonly refused: number;
  /** How long a stream lives at most: on Slack about five minutes. */
  readonly streamLivesMs: number;
}

function createNetwork(clock: FakeClock, world: World, random: () => number, faults: Faults) {
  const limits = createRateLimits(clock.now, 1);
  const rateLimited: string[] = [];
  const calls: { readonly method: string; readonly at: number }[] = [];
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low));

  function endOldStreams(): void {
    for (const message of world.messages) {
      const startedAt = message.versions[0]?.at ?? 0;
      if (message.stream === 'live' && clock.now() - startedAt > faults.streamLivesMs)
        message.stream = 'ended';
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
    calls.push({ method, at: clock.now() });
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
  return { fetch, rateLimited, calls };
}

export interface SimulatedSlack {
  open(ref: SlackReplyRef, reopened: boolean): Reply;
  /** Another process of the same bot. */
  join(slots: SharedSlots): Pick<SimulatedSlack, 'open'>;
  /** The methods that met a 429. */
  readonly rateLimited: readonly string[];
  /** What arrived at Slack. */
  readonly calls: readonly { readonly method: string; readonly at: number }[];
}

export function createSimulatedSlack(
  clock: FakeClock,
  world: World,
  random: () => number,
  faults: Faults,
): SimulatedSlack {
  const { fetch, rateLimited, calls } = createNetwork(clock, world, random, faults);
  const client = new webApi.WebClient(world.botToken, {
    fetch,
    slackApiUrl: 'http://slack/api/',
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quiet,
  });
  function join(slots?: SharedSlots): Pick<SimulatedSlack, 'open'> {
    const lanes = createSlackLanes({ bot: () => 'T0TEAM/U0BOT', clock, slots });
    const reads = createConversationReads(client, lanes);
    const parts = {
      api: createSlackApi(client, reads, fetch, silentLog),
      files: createFileApi(client, fetch),
      streams: createStreamApi(client, reads, lanes),
      work: createWorkApi(client, lanes),
      lanes,
      botName: 'replibot',
      onStoppable: () => undefined,
      onStopped: () => undefined,
    };
    return { open: (ref, reopened) => createSlackReply({ ...parts, ref, reopened }) };
  }
  return { rateLimited, calls, ...join(), join };
}

/** A new reply to a question of Alice's. */
export function refOf(
  world: World,
  where: Pick<SlackReplyRef, 'mode' | 'replyId' | 'channel'> & { readonly threadTs: string },
): SlackReplyRef {
  return {
    surface: 'slack',
    user: ALICE,
    since: world.now(),
    private: false,
    announced: false,
    pages: [],
    session: false,
    uploads: {},
    shared: [],
    fileTries: {},
    outdated: [],
    ...where,
  };
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
