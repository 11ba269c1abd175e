/** What people asked for, by whatever way → an Invocation and its Reply, handed to the handler. */

import { randomUUID } from 'node:crypto';
import type { AboutMessage, Attachment, Place, RawArguments, Reply } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import type { Handler } from '../../core/surface.ts';
import { isPrivate, recogniseCommand } from './commands.ts';
import type { People } from './people.ts';
import type { SlackReplyRef } from './reply-ref.ts';
import { decodeSlackText, plainNames, shorten } from './text.ts';

/** A request as far as every way of asking has it in common. */
export interface SlackRequest extends Omit<ReplyPlace, 'private'> {
  readonly eventId: string;
  readonly userName?: string;
  readonly command: Command | undefined;
  /** As Slack sent it, without the command's name; or filled in. */
  readonly args: { readonly form: 'slack-text'; readonly text: string } | RawArguments;
  readonly attachments: readonly Attachment[];
  readonly about?: AboutMessage;
  /** Says above the answer what was asked, since Slack does not show it. */
  readonly quoted: boolean;
}

/** Where a reply is written. */
export interface ReplyPlace {
  readonly userId: string;
  readonly channel: string;
  readonly threadTs?: string | undefined;
  /** Where the answer belongs, if in another thread than it was asked. */
  readonly replyThreadTs?: string | undefined;
  readonly private: boolean;
  readonly responseUrl?: string | undefined;
}

interface RequestsOptions {
  readonly handler: Handler;
  readonly clock: Clock;
  readonly team: () => string;
  /** Whom Slack counts our requests for. */
  readonly bot: () => string;
  readonly people: People;
  readonly openReply: (ref: SlackReplyRef) => Reply;
  /** Whether direct conversations can be streamed to. */
  readonly streams: { readonly available: boolean };
}

export interface Requests {
  /** Resolves when the handler is done with it. */
  serve(request: SlackRequest): Promise<void>;
  place(channel: string, threadTs: string | undefined): Place;
  /** Where a direct message is answered: a stream needs a thread, edits do not. */
  directThread(ts: string, threadTs: string | undefined): string | undefined;
  reply(where: ReplyPlace, quote?: string): Reply;
}

const QUOTE_LIMIT = 300;
/** What text without a command's name means. */
const FREE_TEXT_COMMAND = 'ask';

export function createRequests(options: RequestsOptions): Requests {
  const { handler, clock, team, people, openReply, streams } = options;

  /** Where a command takes people, groups or channels, they become their ids, else they stay as people see them. */
  function argumentsText(command: Command | undefined, text: string): string {
    const types = new Set(Object.values(command?.options ?? {}).map((option) => option.type));
    return decodeSlackText(text, {
      person: (id, label) => (types.has('person') ? `slack:${team()}/${id}` : plainNames.person(id, label)),
      group: (id, label) => (types.has('role') ? `slack:${team()}/${id}` : plainNames.group(id, label)),
      channel: (id, label) => (types.has('channel') ? id : plainNames.channel(id, label)),
    }).trim();
  }

  function place(channel: string, threadTs: string | undefined): Place {
    const direct = channel.startsWith('D');
    const thread = threadTs ? { thread: threadTs } : {};
    return { surface: 'slack', workspace: team(), channel, direct, ...thread };
  }

  function reply(where: ReplyPlace, quote?: string): Reply {
    const { channel, userId, responseUrl } = where;
    const direct = channel.startsWith('D');
    const threadTs = where.replyThreadTs ?? where.threadTs;
    // In a direct conversation everything is for one person, and what is not ephemeral can be edited.
    const isForOne = where.private && !direct;
    const streamed = direct && threadTs && streams.available;
    return openReply({
      surface: 'slack',
      mode: isForOne ? 'ephemeral' : streamed ? 'stream' : 'posts',
      replyId: randomUUID(),
      bot: options.bot(),
      channel,
      user: userId,
      private: isForOne,
      since: clock.now(),
      announced: false,
      pages: [],
      session: false,
      uploads: {},
      shared: [],
      fileTries: {},
      outdated: [],
      ...(threadTs ? { threadTs } : {}),
      ...(quote ? { quote } : {}),
      ...(responseUrl ? { responseUrl } : {}),
    });
  }

  function quoteOf({ args, about }: SlackRequest, command: Command | undefined, name: string): string {
    if (about) return `${name}: ${[command?.onMessage?.label, ...valuesOf(args)].join(' · ')}`;
    const text = args.form === 'slack-text' ? decodeSlackText(args.text).replace(/\s+/g, ' ') : '';
    return `${name} asked: /${command?.name ?? FREE_TEXT_COMMAND} ${text}`.trim();
  }

  return {
    place,
    reply,
    directThread: (ts, threadTs) => threadTs ?? (streams.available ? ts : undefined),
    async serve(request) {
      const { command, args, userId, userName, about } = request;
      // Commands for everybody, too, do more for admins (`run`, `help`); a question does not.
      const rights = command !== undefined && command.name !== FREE_TEXT_COMMAND;
      const person = await people.person(userId, { name: userName, rights });
      const quote = request.quoted ? shorten(quoteOf(request, command, person.name), QUOTE_LIMIT) : undefined;
      const text = args.form === 'slack-text' ? args.text : '';
      await handler.handle(
        {
          eventId: request.eventId,
          command: command?.name ?? FREE_TEXT_COMMAND,
          args: args.form === 'slack-text' ? { form: 'text', text: argumentsText(command, text) } : args,
          person,
          place: place(request.channel, request.threadTs),
          attachments: request.attachments,
          ...(about && { about }),
        },
        reply({ ...request, private: command !== undefined && isPrivate(command, text) }, quote),
      );
    },
  };
}

function valuesOf(args: SlackRequest['args']): string[] {
  return args.form === 'typed' ? Object.values(args.values).map(String) : [];
}

/** Free text: a command by its name, else a question. */
export function readFreeText(
  commands: readonly Command[],
  text: string,
): Pick<SlackRequest, 'command' | 'args'> {
  const recognised = recogniseCommand(commands, text.replace(/^\s*\//, ''));
  if (recognised) return { command: recognised.command, args: { form: 'slack-text', text: recognised.rest } };
  const command = commands.find(({ name }) => name === FREE_TEXT_COMMAND);
  return { command, args: { form: 'slack-text', text } };
}
