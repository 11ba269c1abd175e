/** The Discord surface: slash commands, mentions and direct messages in; replies that grow out. */

import { Events } from 'discord.js';
import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import { describeError, type Log } from '../../core/log.ts';
import type { SharedSlots } from '../../core/reply/shared-slots.ts';
import type { Handler, Surface } from '../../core/surface.ts';
import { createAboutMessages } from './about-messages.ts';
import { answerInteraction } from './answer-interactions.ts';
import { createMessageAnswers } from './answer-messages.ts';
import { connect, createDiscordClient, isConnected, registerWithDiscord, restOptions } from './client.ts';
import { toDiscordCommands } from './commands.ts';
import { createMessageApi } from './message-api.ts';
import { createReplies } from './replies.ts';
import type { ThreadPolicy } from './threads.ts';

export interface DiscordSurfaceOptions {
  readonly token: string;
  /** Without version, like `https://discord.com/api`, which is the default. */
  readonly apiUrl?: string;
  /** Which shards this process serves, of how many; default all that Discord recommends. */
  readonly shards?: { readonly ids: readonly number[]; readonly total: number };
  /** Whether answers to mentions go to threads of their own; default `never`. */
  readonly threads?: ThreadPolicy;
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly clock: Clock;
  readonly log: Log;
  /** Counts what Discord counts together for all processes of this bot. */
  readonly slots?: SharedSlots | undefined;
}

/** Nothing happens before `start`. Replies can be written from `start` to `stop`. */
export function createDiscordSurface(options: DiscordSurfaceOptions): Surface {
  const { commands, handler, clock, log } = options;
  const client = createDiscordClient(options);
  let applicationId = '';
  const api = createMessageApi({
    rest: restOptions(options.apiUrl),
    token: options.token,
    clock,
    bot: () => applicationId,
    slots: options.slots,
  });
  const replies = createReplies({ api, clock });
  const interactions = { commands, handler, replies, aboutMessages: createAboutMessages(clock), clock, log };
  const stopping = new AbortController();
  const messages = createMessageAnswers({
    client,
    commands,
    handler,
    replies,
    threads: options.threads ?? 'never',
    clock,
    log,
    signal: stopping.signal,
  });
  let taking = true;

  const take = (what: string, work: () => Promise<void>) => {
    if (!taking) return;
    work().catch((error: unknown) => log.error({ error: describeError(error) }, `${what} failed`));
  };
  client.on(Events.InteractionCreate, (interaction) =>
    take('a Discord interaction', () => answerInteraction(interaction, interactions)),
  );
  client.on(Events.MessageCreate, (message) => take('a Discord message', () => messages.answer(message)));

  return {
    name: 'discord',
    get ready() {
      return taking && isConnected(client);
    },
    async start() {
      client.rest.setToken(options.token);
      const { written, ...registered } = await registerWithDiscord(client, toDiscordCommands(commands));
      applicationId = registered.applicationId;
      log.info({ written }, written ? 'Discord commands registered' : 'Discord commands are as they were');
      await connect(client, options.token);
      log.info({ bot: client.user?.tag, shards: client.ws.shards.size }, 'connected to Discord');
    },
    async drain() {
      taking = false;
    },
    async stop() {
      taking = false;
      stopping.abort();
      await client.destroy();
    },
    reopen: replies.reopen,
    announce: (channelId) => replies.inChannel({ channelId }),
  };
}
