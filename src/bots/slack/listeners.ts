/** Bolt's listeners: what Slack sends → requests and presses. Acknowledges before it does anything else. */

import type { App } from '@slack/bolt';
import type { Handler } from '../../core/chat.ts';
import type { Command } from '../../core/command.ts';
import { describeError, type Log } from '../../core/log.ts';
import type { SlackApi } from './api.ts';
import { firstWords, recogniseCommand } from './commands.ts';
import { renderPage } from './page-blocks.ts';
import { type Requests, readFreeText, type SlackRequest } from './requests.ts';

export interface ListenersOptions {
  readonly app: App;
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly requests: Requests;
  readonly api: SlackApi;
  readonly log: Log;
  readonly botUserId: () => string;
  readonly isAdmin: (userId: string) => Promise<boolean>;
  readonly personId: (userId: string) => string;
  /** Keeps a promise that nothing waits for, so that a stop can. */
  readonly keep: (work: Promise<void>) => void;
}

/** Messages that people write; edits, joins and what bots say have other subtypes. */
const PEOPLES_SUBTYPES = new Set<string | undefined>([undefined, 'file_share', 'thread_broadcast']);

export function addListeners(options: ListenersOptions): void {
  const { app, commands, botUserId } = options;

  for (const word of firstWords(commands)) {
    app.command(`/${word}`, async ({ command: slash, ack }) => {
      const recognised = recogniseCommand(commands, `${word} ${slash.text ?? ''}`);
      if (!recognised) {
        const known = commands.map((command) => command.name).filter((name) => name.startsWith(`${word} `));
        await ack({
          response_type: 'ephemeral',
          text: `Please use ${known.map((name) => `/${name}`).join(', ')}.`,
        });
        return;
      }
      await ack();
      serve(options, {
        eventId: `slack:${slash.trigger_id}`,
        userId: slash.user_id,
        userName: slash.user_name,
        channel: slash.channel_id,
        command: recognised.command,
        text: recognised.rest,
        quoted: true,
        responseUrl: slash.response_url,
      });
    });
  }

  app.event('app_mention', async ({ event, body }) => {
    if (event.bot_id || !event.user || !PEOPLES_SUBTYPES.has(event.subtype)) return;
    serve(options, {
      eventId: `slack:${body.event_id}`,
      userId: event.user,
      userName: event.username ?? event.user,
      channel: event.channel,
      // The answer to a mention opens a thread, where the conversation goes on.
      threadTs: event.thread_ts ?? event.ts,
      ...readFreeText(commands, withoutMention(event.text, botUserId())),
      quoted: false,
    });
  });

  app.message(async ({ message, body }) => {
    if (message.channel_type !== 'im' || !PEOPLES_SUBTYPES.has(message.subtype)) return;
    if (!('user' in message) || !message.user || ('bot_id' in message && message.bot_id)) return;
    const text = 'text' in message ? (message.text ?? '') : '';
    const threadTs = 'thread_ts' in message ? message.thread_ts : undefined;
    serve(options, {
      eventId: `slack:${body.event_id}`,
      userId: message.user,
      userName: message.user,
      channel: message.channel,
      ...(threadTs ? { threadTs } : {}),
      ...readFreeText(commands, withoutMention(text, botUserId())),
      quoted: false,
    });
  });

  app.action({ type: 'block_actions' }, async ({ body, ack }) => {
    await ack();
    const [action] = body.actions;
    const channel = body.channel?.id ?? body.container.channel_id;
    if (action?.type !== 'button' || typeof channel !== 'string') return;
    const thread: unknown = body.message?.thread_ts ?? body.container.thread_ts;
    options.keep(
      press(options, {
        id: action.action_id,
        userId: body.user.id,
        userName: body.user.name ?? body.user.id,
        channel,
        threadTs: typeof thread === 'string' ? thread : undefined,
        responseUrl: body.response_url,
      }),
    );
  });
}

/** The mention can stand anywhere; the words around it belong together. */
function withoutMention(text: string, botUserId: string): string {
  return text.replace(new RegExp(`[ \\t]*<@${botUserId}(?:\\|[^>]*)?>`, 'g'), '').trim();
}

function serve({ requests, keep, log }: ListenersOptions, request: SlackRequest): void {
  keep(
    requests.serve(request).catch((error: unknown) => {
      log.error({ error: describeError(error), eventId: request.eventId }, 'a request from Slack failed');
    }),
  );
}

interface SlackPress {
  readonly id: string;
  readonly userId: string;
  readonly userName: string;
  readonly channel: string;
  readonly threadTs: string | undefined;
  readonly responseUrl: string | undefined;
}

/** The result is a sentence for the one who pressed, wherever the button was. */
async function press(options: ListenersOptions, pressed: SlackPress): Promise<void> {
  const { handler, requests, api, log } = options;
  const { userId, channel, threadTs } = pressed;
  try {
    const text = await handler.press({
      id: pressed.id,
      person: {
        id: options.personId(userId),
        name: pressed.userName,
        platformAdmin: await options.isAdmin(userId),
      },
      place: requests.place(channel, threadTs),
    });
    const page = renderPage({ text });
    const where = { channel, user: userId, ...(threadTs ? { threadTs } : {}) };
    await api.whisper(where, page).catch((error: unknown) => {
      if (pressed.responseUrl === undefined) throw error;
      return api.respond(pressed.responseUrl, page, { private: true });
    });
  } catch (error) {
    log.error({ error: describeError(error), button: pressed.id }, 'a press on Slack failed');
  }
}
