/** The Discord surface: slash commands, mentions and direct messages in; replies that grow out. */

import { randomUUID } from 'node:crypto';
import { Events, type Message, Routes } from 'discord.js';
import type { Handler, Surface } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import { describeError, type Log } from '../../core/log.ts';
import { answerInteraction } from './answer-interactions.ts';
import { connect, createDiscordClient, isConnected, registerWithDiscord } from './client.ts';
import { toDiscordCommands } from './commands.ts';
import { toCoreError } from './failures.ts';
import { createDiscordReply } from './reply.ts';
import { readReplyRef } from './reply-ref.ts';
import { readWrittenRequest } from './written-request.ts';

export interface DiscordSurfaceOptions {
  readonly token: string;
  /** Without version, like `https://discord.com/api`, which is the default. */
  readonly apiUrl?: string;
  /** Which shards this process serves, of how many; default all that Discord recommends. */
  readonly shards?: { readonly ids: readonly number[]; readonly total: number };
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly clock: Clock;
  readonly log: Log;
}

/** Nothing happens before `start`. Replies can be written from `start` to `stop`. */
export function createDiscordSurface(options: DiscordSurfaceOptions): Surface {
  const { commands, handler, clock, log } = options;
  const client = createDiscordClient(options);
  const commandNames = new Set(commands.map((command) => command.name));
  let taking = true;

  const answerMessage = async (message: Message): Promise<void> => {
    const invocation = readWrittenRequest(message, client.user?.id ?? '', commandNames);
    if (!invocation) return;
    // Shows at once that somebody is at work; whether it arrives does not matter.
    client.rest.post(Routes.channelTyping(message.channelId)).catch((error: unknown) => {
      log.debug({ error: describeError(toCoreError(error)) }, 'typing could not be shown');
    });
    const reply = createDiscordReply({
      rest: client.rest,
      clock,
      reopened: false,
      ref: {
        surface: 'discord',
        kind: 'channel',
        replyId: randomUUID().slice(0, 18),
        channelId: message.channelId,
        userId: message.author.id,
        replyTo: message.id,
        pages: [],
      },
    });
    await handler.handle(invocation, reply);
  };

  const take = (what: string, work: () => Promise<void>) => {
    if (!taking) return;
    work().catch((error: unknown) => log.error({ error: describeError(error) }, `${what} failed`));
  };
  client.on(Events.InteractionCreate, (interaction) =>
    take('a Discord interaction', () => answerInteraction(interaction, { commands, handler, clock, log })),
  );
  client.on(Events.MessageCreate, (message) => take('a Discord message', () => answerMessage(message)));

  return {
    name: 'discord',
    get ready() {
      return taking && isConnected(client);
    },
    async start() {
      client.rest.setToken(options.token);
      const written = await registerWithDiscord(client, toDiscordCommands(commands));
      log.info({ written }, written ? 'Discord commands registered' : 'Discord commands are as they were');
      await connect(client, options.token);
      log.info({ bot: client.user?.tag, shards: client.ws.shards.size }, 'connected to Discord');
    },
    async drain() {
      taking = false;
    },
    async stop() {
      taking = false;
      await client.destroy();
    },
    reopen: (ref) => createDiscordReply({ rest: client.rest, clock, ref: readReplyRef(ref), reopened: true }),
  };
}
