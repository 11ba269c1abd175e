/** Plays Discord over real HTTP and WebSocket for tests: discord.js connects to it, and it refuses what Discord refuses. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createGateway } from './gateway.ts';
import { createHttpApi, type SeenRequest } from './http-api.ts';
import { createInteractions } from './interactions.ts';
import { createMessages } from './messages.ts';
import { createPeople, type People } from './people.ts';
import { createRateLimits, type RateLimitOptions } from './rate-limits.ts';
import { Refusal } from './refusal.ts';
import { createWorld, latest, type StandinChannel, type StandinMessage, type World } from './world.ts';

export interface DiscordStandinOptions extends RateLimitOptions {
  /** What the bot must present; default `standin-token`. */
  readonly token?: string;
}

export interface StandinFile {
  readonly name: string;
  readonly contentType: string;
  readonly alt: string | undefined;
  readonly bytes: Uint8Array;
}

export interface DiscordStandin extends People {
  /** For `rest.api` of discord.js. */
  readonly apiUrl: string;
  readonly token: string;
  readonly botId: string;
  /** Text channel of a server where the bot is, a thread in it, and a channel of a server where it is not. */
  readonly channel: StandinChannel;
  readonly thread: StandinChannel;
  readonly elsewhere: StandinChannel;
  /** What people see in a channel now, oldest first. */
  messages(channel: StandinChannel): StandinMessage[];
  /** The text that a message shows now. */
  text(message: StandinMessage): string;
  /** Everyone that any version of any message of the bot's pinged. */
  pings(): string[];
  deleteMessage(message: StandinMessage): void;
  /** Adds another channel to the bot's server; before the bot connects, or it does not know it. */
  addChannel(channel?: Partial<StandinChannel>): StandinChannel;
  /** Adds a role to the bot's server. */
  addRole(name: string): string;
  /** What a message's attachments are made of. */
  filesOf(message: StandinMessage): StandinFile[];
  /** How often the bot was told to slow down (429). */
  rateLimited(): number;
  readonly requests: readonly SeenRequest[];
  readonly world: World;
  failNext(method: string, path: RegExp, status: number, code?: number): void;
  /** Keeps the next request that matches without an answer until the returned function is called. */
  holdNext(method: string, path: RegExp): () => void;
  /** Does what the next request that matches asks for, and cuts the connection instead of answering. */
  loseNext(method: string, path: RegExp): void;
  /** Answers every request that uploads a file of such a name with this instead. */
  failUploads(name: RegExp, status: number, code?: number): void;
  /** Nothing that was to fail or to get lost does any more. */
  clearFaults(): void;
  /** Refuses everything that carries the bot's token for so long. */
  blockGlobally(ms: number): void;
  /** Turns the stand-in's clock on. */
  advance(ms: number): void;
  /** Closes what identifies from now on with this code. */
  refuseIdentify(code: number | undefined): void;
  /** Shards connected now. */
  connected(): number;
  disconnect(code?: number): void;
  readonly identifies: readonly object[];
  close(): Promise<void>;
}

/** Starts listening on a free port of the loopback interface. */
export async function createDiscordStandin(options: DiscordStandinOptions = {}): Promise<DiscordStandin> {
  let aheadMs = 0;
  const world = createWorld(() => Date.now() + aheadMs, options.token ?? 'standin-token');
  const server = createServer();
  let port = 0;
  const gatewayUrl = () => `ws://127.0.0.1:${port}`;
  const gateway = createGateway(world, server, gatewayUrl);
  const messages = createMessages(world, gateway);
  const interactions = createInteractions(world, gateway, messages);
  const limits = createRateLimits(world.now, options);
  const openDirect = (userId: string) => {
    const user = world.users.get(userId);
    if (!user) throw new Refusal(400, 50007, 'Cannot send messages to this user');
    return people.directChannel(user);
  };
  const api = createHttpApi({
    world,
    messages,
    interactions,
    limits,
    gatewayUrl,
    baseUrl: () => `http://127.0.0.1:${port}`,
    openDirect,
  });
  server.on('request', (request, response) => {
    api.handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(JSON.stringify({ message: `the stand-in failed: ${error}`, code: 0 }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;

  const guild = { id: world.nextId(), name: 'Engine room', botPresent: true };
  const foreign = { id: world.nextId(), name: 'Elsewhere', botPresent: false };
  world.guilds.set(guild.id, guild).set(foreign.id, foreign);
  const add = (channel: Omit<StandinChannel, 'id'>): StandinChannel => {
    const added = { ...channel, id: world.nextId() };
    world.channels.set(added.id, added);
    return added;
  };
  const channel = add({ kind: 'text', guildId: guild.id, botPresent: true });
  const thread = add({ kind: 'thread', guildId: guild.id, parentId: channel.id, botPresent: true });
  const elsewhere = add({ kind: 'text', guildId: foreign.id, botPresent: false });

  const people = createPeople({ world, interactions, messages, channel, add });

  return {
    ...people,
    apiUrl: `http://127.0.0.1:${port}/api`,
    token: world.token,
    botId: world.bot.id,
    channel,
    thread,
    elsewhere,
    messages: (where) =>
      [...world.messages.values()].filter((each) => each.channelId === where.id && !each.deleted),
    text: (message) => (message.loading ? '' : latest(message).content),
    pings: () =>
      [...world.messages.values()]
        .filter((each) => each.author.id === world.bot.id)
        .flatMap((each) => each.versions.flatMap((version) => version.pings)),
    deleteMessage: (message) => {
      message.deleted = true;
    },
    addChannel: (given = {}) => add({ kind: 'text', guildId: guild.id, botPresent: true, ...given }),
    addRole: (name) => {
      const id = world.nextId();
      world.roles.set(id, name);
      return id;
    },
    filesOf: (message) =>
      latest(message).attachments.map(({ id, filename, description, content_type }) => ({
        name: String(filename),
        contentType: String(content_type),
        alt: description === undefined ? undefined : String(description),
        bytes: world.uploads.get(String(id)) ?? new Uint8Array(),
      })),
    rateLimited: () => api.requests.filter((request) => request.status === 429).length,
    requests: api.requests,
    world,
    failNext: api.failNext,
    holdNext: api.holdNext,
    loseNext: api.loseNext,
    failUploads: api.failUploads,
    clearFaults: api.clearFaults,
    blockGlobally: limits.blockGlobally,
    advance: (ms) => {
      aheadMs += ms;
    },
    connected: gateway.connected,
    refuseIdentify: gateway.refuseIdentify,
    disconnect: (code = 4000) => gateway.disconnect(code),
    identifies: gateway.identifies,
    async close() {
      await gateway.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
