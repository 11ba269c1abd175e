/** What people asked for, by whatever way → an Invocation and its Reply, handed to the handler. */

import { randomUUID } from 'node:crypto';
import type { Handler, Invocation, Place, Reply } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import { isPrivate, recogniseCommand } from './commands.ts';
import type { SlackReplyRef } from './reply-ref.ts';
import { decodeSlackText, shorten } from './text.ts';

/** A request as far as every way of asking has it in common. */
export interface SlackRequest {
  readonly eventId: string;
  readonly userId: string;
  readonly userName: string;
  readonly channel: string;
  /** The thread that it was asked in, and the answer belongs in. */
  readonly threadTs?: string;
  readonly command: Command | undefined;
  /** As Slack sent it, without the command's name. */
  readonly text: string;
  /** Show what was asked above the answer, since Slack does not. */
  readonly quoted: boolean;
  readonly responseUrl?: string;
}

interface RequestsOptions {
  readonly handler: Handler;
  readonly clock: Clock;
  readonly team: () => string;
  readonly isAdmin: (userId: string) => Promise<boolean>;
  readonly openReply: (ref: SlackReplyRef) => Reply;
}

export interface Requests {
  /** Resolves when the handler is done with it. */
  serve(request: SlackRequest): Promise<void>;
  place(channel: string, threadTs: string | undefined): Place;
}

const QUOTE_LIMIT = 300;
/** What text without a command's name means. */
const FREE_TEXT_COMMAND = 'ask';

export function createRequests({ handler, clock, team, isAdmin, openReply }: RequestsOptions): Requests {
  function place(channel: string, threadTs: string | undefined): Place {
    const direct = channel.startsWith('D');
    return {
      surface: 'slack',
      workspace: team(),
      channel,
      direct,
      ...(threadTs ? { thread: threadTs } : {}),
    };
  }

  function argumentsText(command: Command | undefined, text: string): string {
    const takesPerson = Object.values(command?.options ?? {}).some((option) => option.type === 'person');
    return decodeSlackText(text, (userId, label) =>
      takesPerson ? `slack:${team()}/${userId}` : `@${label || userId}`,
    ).trim();
  }

  function refOf(request: SlackRequest, quote: string): SlackReplyRef {
    const { command, channel, userId, threadTs, responseUrl } = request;
    const direct = channel.startsWith('D');
    const isForOne = !direct && command !== undefined && isPrivate(command, request.text);
    return {
      surface: 'slack',
      mode: isForOne ? 'ephemeral' : 'posts',
      replyId: randomUUID(),
      channel,
      user: userId,
      private: isForOne,
      since: clock.now(),
      announced: false,
      pages: [],
      ...(threadTs ? { threadTs } : {}),
      ...(quote ? { quote } : {}),
      ...(responseUrl ? { responseUrl } : {}),
    };
  }

  return {
    place,
    async serve(request) {
      const { command, userId, userName } = request;
      const text = argumentsText(command, request.text);
      const asked = decodeSlackText(request.text, (id, label) => `@${label || id}`).replace(/\s+/g, ' ');
      const name = command?.name ?? FREE_TEXT_COMMAND;
      const quote = request.quoted ? shorten(`${userName} asked: /${name} ${asked}`.trim(), QUOTE_LIMIT) : '';
      const invocation: Invocation = {
        eventId: request.eventId,
        command: name,
        args: { form: 'text', text },
        person: {
          id: `slack:${team()}/${userId}`,
          name: userName,
          platformAdmin: command?.access === 'admins' ? await isAdmin(userId) : false,
        },
        place: place(request.channel, request.threadTs),
        attachments: [],
      };
      await handler.handle(invocation, openReply(refOf(request, quote)));
    },
  };
}

/** Free text: a command by its name, else a question. */
export function readFreeText(
  commands: readonly Command[],
  text: string,
): Pick<SlackRequest, 'command' | 'text'> {
  const recognised = recogniseCommand(commands, text.replace(/^\s*\//, ''));
  if (recognised) return { command: recognised.command, text: recognised.rest };
  return { command: commands.find((command) => command.name === FREE_TEXT_COMMAND), text };
}
