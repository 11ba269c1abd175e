/** Bolt's listeners for what people write: slash commands, mentions, direct messages. Hands them on as requests. */

import type { App } from '@slack/bolt';
import type { Command } from '../../core/command.ts';
import { describeError, type Log } from '../../core/log.ts';
import { firstWords, recogniseCommand } from './commands.ts';
import type { IncomingFiles } from './incoming-files.ts';
import { type Requests, readFreeText, type SlackRequest } from './requests.ts';

export interface ListenersOptions {
  readonly app: App;
  readonly commands: readonly Command[];
  readonly requests: Requests;
  readonly incoming: IncomingFiles;
  readonly log: Log;
  readonly botUserId: () => string;
  /** Keeps a promise that nothing waits for, so that a stop can; returns it. */
  readonly keep: (work: Promise<void>) => Promise<void>;
}

/** Messages that people write; edits, joins and what bots say have other subtypes. */
const PEOPLES_SUBTYPES = new Set<string | undefined>([undefined, 'file_share', 'thread_broadcast']);

/**
 * A command is acknowledged before anything else. An event's listener resolves when the request is answered or stored:
 * until then the receiver leaves it unacknowledged, and Slack sends it again should we die.
 */
export function addListeners(options: ListenersOptions): void {
  const { app, commands, incoming, botUserId } = options;

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
      void serve(options, {
        eventId: `slack:${slash.trigger_id}`,
        userId: slash.user_id,
        userName: slash.user_name,
        channel: slash.channel_id,
        command: recognised.command,
        args: { form: 'slack-text', text: recognised.rest },
        attachments: [],
        quoted: true,
        responseUrl: slash.response_url,
      });
    });
  }

  app.event('app_mention', async ({ event, body }) => {
    if (event.bot_id || !event.user || !PEOPLES_SUBTYPES.has(event.subtype)) return;
    await serve(options, {
      eventId: `slack:${body.event_id}`,
      userId: event.user,
      channel: event.channel,
      // The answer to a mention opens a thread, where the conversation goes on.
      threadTs: event.thread_ts ?? event.ts,
      ...readFreeText(commands, withoutMention(event.text, botUserId())),
      attachments: incoming.attachments(event.files),
      quoted: false,
    });
  });

  app.message(async ({ message, body }) => {
    if (message.channel_type !== 'im' || !PEOPLES_SUBTYPES.has(message.subtype)) return;
    if (!('user' in message) || !message.user || ('bot_id' in message && message.bot_id)) return;
    const text = 'text' in message ? (message.text ?? '') : '';
    const threadTs = 'thread_ts' in message ? message.thread_ts : undefined;
    await serve(options, {
      eventId: `slack:${body.event_id}`,
      userId: message.user,
      channel: message.channel,
      ...(threadTs ? { threadTs } : {}),
      replyThreadTs: options.requests.directThread(message.ts, threadTs),
      ...readFreeText(commands, withoutMention(text, botUserId())),
      attachments: incoming.attachments('files' in message ? message.files : undefined),
      quoted: false,
    });
  });
}

/** The mention can stand anywhere; the words around it belong together. */
function withoutMention(text: string, botUserId: string): string {
  return text.replace(new RegExp(`[ \\t]*<@${botUserId}(?:\\|[^>]*)?>`, 'g'), '').trim();
}

function serve({ requests, keep, log }: ListenersOptions, request: SlackRequest): Promise<void> {
  return keep(
    requests.serve(request).catch((error: unknown) => {
      log.error({ error: describeError(error), eventId: request.eventId }, 'a request from Slack failed');
    }),
  );
}
