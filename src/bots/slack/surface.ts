/** The bot on Slack: a Bolt app over Socket Mode, or behind our HTTP server at POST /slack/events. */

import { App } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import type { Reply, ReplyRef } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import { OperatorError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { SharedSlots } from '../../core/reply/shared-slots.ts';
import type { Handler, Surface } from '../../core/surface.ts';
import { createActors } from './actor.ts';
import { createSlackApi } from './api.ts';
import { createBoltLogger } from './bolt-logger.ts';
import { addButtons } from './buttons.ts';
import { createConversationReads } from './conversation-reads.ts';
import { addDialogs } from './dialogs.ts';
import { translateError } from './errors.ts';
import { createFileApi } from './file-api.ts';
import { createHttpReceiver } from './http-receiver.ts';
import { createIncomingFiles } from './incoming-files.ts';
import { createSlackLanes } from './lanes.ts';
import { addListeners } from './listeners.ts';
import { createPeople } from './people.ts';
import { createSlackReply } from './reply.ts';
import { readReplyRef, type SlackReplyRef } from './reply-ref.ts';
import { createRequests } from './requests.ts';
import { createSocketReceiver } from './socket-receiver.ts';
import { createStoppable } from './stoppable.ts';
import { createStreamApi } from './stream-api.ts';
import { createWorkApi } from './work-api.ts';

export interface SlackSurfaceOptions {
  /** `xoxb-…` */
  readonly botToken: string;
  /** `xapp-…`: Socket Mode. */
  readonly appToken?: string;
  /** Without an app token: HTTP mode. */
  readonly signingSecret?: string;
  /** Another base URL than https://slack.com/api/. */
  readonly apiUrl?: string;
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly clock: Clock;
  readonly log: Log;
  /** Counts what Slack counts together for all processes of this bot. */
  readonly slots?: SharedSlots | undefined;
  readonly fetch?: typeof globalThis.fetch;
}

export interface SlackSurface extends Surface {
  /** HTTP mode only: answers `POST /slack/events`. */
  readonly httpHandler?: (request: Request) => Promise<Response>;
}

const REQUEST_TIMEOUT_MS = 10_000;
/** How long a stop waits for requests that the handler has not yet answered or stored. */
const STOP_PATIENCE_MS = 5000;
const FOR_PERSON = 'I am not set up for Slack correctly. Please tell whoever runs me.';

/** Throws OperatorError when there is neither an app token nor a signing secret. */
export function createSlackSurface(options: SlackSurfaceOptions): SlackSurface {
  const { botToken, appToken, signingSecret, commands, handler, clock, log } = options;
  const logger = createBoltLogger(log);
  const fetch = options.fetch ?? globalThis.fetch;
  /** Bolt and the socket client write into what they get, so each gets its own. Nothing is repeated behind our back. */
  const clientOptions = (): WebClientOptions => ({
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: REQUEST_TIMEOUT_MS,
    fetch,
    logger,
    ...(options.apiUrl ? { slackApiUrl: options.apiUrl } : {}),
  });

  const http = !appToken && signingSecret ? createHttpReceiver({ signingSecret, clock, log }) : undefined;
  const socket = appToken ? createSocketReceiver({ appToken, clientOptions, clock, log, logger }) : undefined;
  const receiver = socket ?? http;
  if (!receiver) throw new OperatorError('Slack needs SLACK_APP_TOKEN or SLACK_SIGNING_SECRET', FOR_PERSON);

  const app = new App({
    token: botToken,
    receiver,
    logger,
    clientOptions: clientOptions(),
    convoStore: false,
    ignoreSelf: true,
    // Its auth.test is made in start(), where a refused token can be caught.
    deferInitialization: true,
  });
  let identity = { team: '', botUserId: '', botName: 'me' };
  /** Whom Slack counts our requests for. */
  let bot = '';
  const working = new Set<Promise<void>>();

  const { client } = app;
  const team = () => identity.team;
  const keep = (work: Promise<void>) => {
    working.add(work);
    return work.finally(() => working.delete(work));
  };
  const lanes = createSlackLanes({ bot: () => bot, clock, slots: options.slots });
  const reads = createConversationReads(client, lanes);
  const api = createSlackApi(client, reads, fetch, log);
  const files = createFileApi(client, fetch);
  const streams = createStreamApi(client, reads, lanes);
  const work = createWorkApi(client, lanes);
  const people = createPeople({ client, clock, log, team });
  const stoppable = createStoppable();
  const { apiUrl } = options;
  const incoming = createIncomingFiles({
    botToken,
    fetch,
    describe: files.describe,
    ...(apiUrl && { apiUrl }),
  });

  function openReply(ref: SlackReplyRef, reopened: boolean): Reply {
    // A stored reply may be opened before Slack has told us who we are.
    bot ||= ref.bot ?? '';
    return createSlackReply({
      api,
      files,
      streams,
      work,
      ref,
      lanes,
      botName: identity.botName,
      reopened,
      onStoppable: (message) => stoppable.set(ref, message),
      onStopped(message) {
        const { user: userId, channel, threadTs, replyId } = ref;
        void buttons.cancel(message, { eventId: `slack:stopped:${replyId}`, userId, channel, threadTs });
      },
    });
  }
  const requests = createRequests({
    handler,
    clock,
    team,
    bot: () => bot,
    people,
    streams: work,
    openReply: (ref) => openReply(ref, false),
  });
  const actors = createActors({ api, log, keep });
  const shared = { app, commands, handler, requests, people, actors, incoming, api, files, log };
  const dialogs = addDialogs(shared);
  const buttons = addButtons({ ...shared, dialogs, stoppable: stoppable.inThread });
  addListeners({ app, commands, requests, incoming, log, keep, botUserId: () => identity.botUserId });

  async function identify(): Promise<void> {
    try {
      await app.init();
      const { team_id: team = '', user_id: botUserId = '', user: botName = 'me' } = await client.auth.test();
      identity = { team, botUserId, botName };
      bot = `${team}/${botUserId}`;
    } catch (error) {
      throw translateError(error, 'auth.test with the bot token');
    }
  }

  return {
    name: 'slack',
    async start() {
      await identify();
      await receiver.start();
      log.info({ team: identity.team, bot: identity.botName }, 'connected to Slack');
    },
    async drain() {
      await receiver.stop();
    },
    async stop() {
      await receiver.stop();
      const done = new AbortController();
      const patience = clock.sleep(STOP_PATIENCE_MS, done.signal).catch(() => undefined);
      await Promise.race([Promise.all(working), patience]);
      done.abort();
    },
    get ready() {
      return receiver.ready;
    },
    reopen: (ref: ReplyRef) => openReply(readReplyRef(ref), true),
    announce: (channel) => requests.reply({ userId: identity.botUserId, channel, private: false }),
    ...(http ? { httpHandler: http.httpHandler } : {}),
  };
}
