/** The discord.js client as we use it, and its connecting with refusals explained. */

import {
  Client,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  Options,
  Partials,
  type RateLimitData,
  type RESTOptions,
  Routes,
  Status,
} from 'discord.js';
import { z } from 'zod';
import { OperatorError } from '../../core/errors.ts';
import { describeError, type Log } from '../../core/log.ts';
import type { DiscordCommand } from './commands.ts';
import { registerCommands } from './register.ts';

export interface DiscordClientOptions {
  readonly apiUrl?: string;
  /** Which shards this process serves, of how many; default all that Discord recommends. */
  readonly shards?: { readonly ids: readonly number[]; readonly total: number };
  readonly log: Log;
}

/** A client that neither queues nor repeats writes of messages: the pacer above does, with the newest text. */
export function createDiscordClient(options: DiscordClientOptions): Client {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
    // Direct messages arrive in channels that were never announced.
    partials: [Partials.Channel],
    allowedMentions: { parse: [], repliedUser: false },
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0 }),
    rest: restOptions(options.apiUrl),
    ...(options.shards
      ? { shards: [...options.shards.ids], shardCount: options.shards.total }
      : { shards: 'auto' }),
  });
  const { log } = options;
  client.on(Events.Error, (error) => log.error({ error: describeError(error) }, 'Discord client error'));
  client.on(Events.Warn, (warning) => log.warn({ warning }, 'Discord client warning'));
  client.on(Events.ShardError, (error, shard) =>
    log.warn({ shard, error: describeError(error) }, 'Discord gateway error'),
  );
  client.on(Events.ShardReconnecting, (shard) => log.warn({ shard }, 'Discord gateway lost, reconnecting'));
  client.on(Events.ShardResume, (shard) => log.info({ shard }, 'Discord gateway resumed'));
  client.on(Events.ShardDisconnect, ({ code }, shard) =>
    log.error(
      { shard, code, reason: closeReasons[code] ?? 'unknown' },
      'Discord closed the gateway for good',
    ),
  );
  return client;
}

/** For every REST client of ours: nothing is repeated, and no write of a message waits in a queue. */
export function restOptions(apiUrl: string | undefined): Partial<RESTOptions> {
  return {
    ...(apiUrl ? { api: apiUrl } : {}),
    version: '10',
    // A repeated POST makes a second message, and a repeated edit is older than what we have by then.
    retries: 0,
    // Interaction endpoints are exempt from Discord's 50 per second, but discord.js counts them.
    globalRequestsPerSecond: 1000,
    rejectOnRateLimit: isMessageWrite,
  };
}

/** Resolves when every shard of this process receives events. Throws OperatorError when Discord refuses the credentials. */
export async function connect(client: Client, token: string): Promise<void> {
  let closeCode: number | undefined;
  client.once(Events.ShardDisconnect, ({ code }) => {
    closeCode = code;
  });
  const ready = new Promise<void>((resolve) => client.once(Events.ClientReady, () => resolve()));
  try {
    await client.login(token);
  } catch (error) {
    // discord.js destroys a client whose login failed, and never calls it ready again; it is to try once more.
    Reflect.set(client.ws, 'destroyed', false);
    const reason = closeCode === undefined ? undefined : closeReasons[closeCode];
    if (reason) throw operatorError(`Discord closed the connection with ${closeCode}: ${reason}`);
    throw explainStart(error);
  }
  await ready;
}

/** Asks Discord who we are and registers the commands if they differ; see register.ts. Throws like `connect`. */
export async function registerWithDiscord(
  client: Client,
  commands: readonly DiscordCommand[],
): Promise<{ readonly applicationId: string; readonly written: boolean }> {
  try {
    const { id } = z.object({ id: z.string() }).parse(await client.rest.get(Routes.currentApplication()));
    return { applicationId: id, written: await registerCommands(client.rest, id, commands) };
  } catch (error) {
    throw explainStart(error);
  }
}

/** A failed start as the operator should read it; the token is in none of it. */
function explainStart(error: unknown): Error {
  const unauthorised = error instanceof DiscordAPIError && error.status === 401;
  const invalid = error instanceof Error && 'code' in error && error.code === 'TokenInvalid';
  if (unauthorised || invalid) {
    return operatorError(
      'Discord refused DISCORD_TOKEN (401 Unauthorized). Reset it in the Developer Portal under Bot.',
    );
  }
  if (error instanceof DiscordAPIError) {
    return operatorError(`Discord refused with ${error.status}, code ${error.code}: ${error.message}`);
  }
  return new Error(`Discord can't be reached: ${describeError(error)}`);
}

/** Whether every shard is connected right now. */
export function isConnected(client: Client): boolean {
  return client.isReady() && client.ws.shards.every((shard) => shard.status === Status.Ready);
}

function operatorError(message: string): OperatorError {
  return new OperatorError(
    message,
    'The bot could not sign in to Discord. Its operator has to look at the log.',
  );
}

/** Reads of the start may wait for their turn; a write of a message must not. */
function isMessageWrite(limit: RateLimitData): boolean {
  if (limit.method === 'GET' || limit.route.endsWith('/callback')) return false;
  return limit.route.startsWith('/webhooks/') || limit.route.startsWith('/channels/');
}

/** Close codes after which discord.js does not come back, from Discord's documentation of the gateway. */
const closeReasons: Readonly<Record<number, string>> = {
  4004: 'the token is not valid (any more). Set a new DISCORD_TOKEN.',
  4010: 'the shard does not exist. Check DISCORD_SHARDS.',
  4011: 'the bot is in too many servers for one connection. Set DISCORD_SHARDS.',
  4012: 'this version of the gateway is gone. Update the bot.',
  4013: 'the intents (Guilds, GuildMessages, DirectMessages) are not valid. Update the bot.',
  4014: 'an intent (Guilds, GuildMessages, DirectMessages) is not enabled for this application. Check Privileged Gateway Intents in the Developer Portal.',
};
