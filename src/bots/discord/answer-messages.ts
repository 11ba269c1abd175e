/** Answers mentions and direct messages: where the answer goes, and that somebody is seen to be at work on it. */

import type { Client, Message } from 'discord.js';
import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import type { Log } from '../../core/log.ts';
import type { Handler } from '../../core/surface.ts';
import { createBusyChannels } from './busy-channels.ts';
import type { Replies } from './replies.ts';
import { openThread, type ThreadPolicy, wantsThread } from './threads.ts';
import { keepTyping } from './typing.ts';
import { readWrittenRequest } from './written-request.ts';

export interface MessageAnswers {
  /** Resolves when the message is in the core's hands, or is none of the bot's business. */
  answer(message: Message): Promise<void>;
}

export function createMessageAnswers(parts: {
  readonly client: Client;
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly replies: Replies;
  readonly threads: ThreadPolicy;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the typing. */
  readonly signal: AbortSignal;
}): MessageAnswers {
  const { client, handler, replies, clock, log } = parts;
  const commands = new Map(
    parts.commands.flatMap((command) => [
      [command.name, command] as const,
      ...(command.alias === undefined ? [] : [[command.alias, command] as const]),
    ]),
  );
  const names = new Set(commands.keys());
  const busy = createBusyChannels(clock);

  return {
    async answer(message) {
      const invocation = readWrittenRequest(message, client.user?.id ?? '', names);
      if (!invocation) return;
      const isRun = commands.get(invocation.command)?.kind === 'model';
      const title = invocation.args.form === 'text' ? invocation.args.text : '';
      const thread =
        isRun && wantsThread(message, parts.threads, busy.count(message.channelId))
          ? await openThread(message, title, { rest: client.rest, log })
          : undefined;
      const channelId = thread ?? message.channelId;

      const reading = new AbortController();
      const signal = AbortSignal.any([reading.signal, parts.signal]);
      void keepTyping({ rest: client.rest, channelId, clock, log, signal });
      const finish = busy.begin(channelId);
      const reply = replies.inChannel({
        channelId,
        userId: message.author.id,
        ...(thread ? {} : { replyTo: message.id }),
        onWritten(shown, outcome, final) {
          if (shown.text !== '' || final) reading.abort();
          if (final && outcome === 'shown') finish();
        },
      });
      await handler.handle(
        thread ? { ...invocation, place: { ...invocation.place, thread } } : invocation,
        reply,
      );
    },
  };
}
