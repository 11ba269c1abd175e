/** Discord's gateway: hello, identify, heartbeats, resume, and events to the shards that are connected. */

import type { IncomingMessage, Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { asObject, type Json } from './refusal.ts';
import { channelJson, memberJson, userJson } from './wire.ts';
import type { World } from './world.ts';

export interface Gateway {
  /** Sends an event to the shard that the guild belongs to; direct messages (no guild) go to shard 0. */
  dispatch(event: string, data: Json, guildId: string | undefined): void;
  /** How many shards are connected and identified. */
  connected(): number;
  /** Closes what identifies from now on with this code, as Discord does with tokens and intents it does not want. */
  refuseIdentify(code: number | undefined): void;
  /** Cuts every connection, as a deploy of Discord's does. */
  disconnect(code: number): void;
  readonly identifies: Json[];
  close(): Promise<void>;
}

interface Session {
  readonly id: string;
  readonly shard: readonly [number, number];
  readonly intents: number;
  socket: WebSocket | undefined;
  sequence: number;
  readonly sent: { sequence: number; event: string; data: Json }[];
}

const messageContent = 1 << 15;
const everyIntent = (1 << 26) - 1;

export function createGateway(world: World, server: Server, url: () => string): Gateway {
  const sockets = new WebSocketServer({ server });
  const sessions: Session[] = [];
  const identifies: Json[] = [];
  let refusal: number | undefined;

  const send = (session: Session, event: string, data: Json) => {
    session.sequence += 1;
    session.sent.push({ sequence: session.sequence, event, data });
    session.socket?.send(JSON.stringify({ op: 0, t: event, s: session.sequence, d: data }));
  };

  const identify = (socket: WebSocket, data: Json): Session | undefined => {
    identifies.push(data);
    if (refusal !== undefined) return void socket.close(refusal, 'made to');
    if (data.token !== world.token) return void socket.close(4004, 'Authentication failed.');
    const intents = Number(data.intents);
    if (!Number.isInteger(intents) || intents > everyIntent)
      return void socket.close(4013, 'Invalid intent(s).');
    if (intents & messageContent) return void socket.close(4014, 'Disallowed intent(s).');
    const given = Array.isArray(data.shard) ? data.shard : [0, 1];
    const shard = [Number(given[0]), Number(given[1])] as const;
    const session: Session = { id: world.nextId(), shard, intents, socket, sequence: 0, sent: [] };
    sessions.push(session);
    const guilds = [...world.guilds.values()].filter(
      (guild) => guild.botPresent && shardOf(guild.id, shard[1]) === shard[0],
    );
    send(session, 'READY', {
      v: 10,
      user: userJson(world.bot),
      guilds: guilds.map((guild) => ({ id: guild.id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: url(),
      application: { id: world.bot.id, flags: 0 },
      shard,
    });
    for (const guild of guilds) send(session, 'GUILD_CREATE', guildJson(world, guild.id));
    return session;
  };

  const resume = (socket: WebSocket, data: Json): Session | undefined => {
    const session = sessions.find((each) => each.id === data.session_id);
    if (!session || data.token !== world.token) {
      socket.send(JSON.stringify({ op: 9, d: false }));
      return undefined;
    }
    session.socket = socket;
    for (const missed of session.sent.filter((each) => each.sequence > Number(data.seq))) {
      socket.send(JSON.stringify({ op: 0, t: missed.event, s: missed.sequence, d: missed.data }));
    }
    send(session, 'RESUMED', {});
    return session;
  };

  sockets.on('connection', (socket: WebSocket, _request: IncomingMessage) => {
    let session: Session | undefined;
    socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: 41_250 } }));
    socket.on('message', (raw) => {
      const { op, d } = asObject(JSON.parse(String(raw)), 'payload');
      if (op === 1) socket.send(JSON.stringify({ op: 11 }));
      else if (op === 2) session = identify(socket, asObject(d, 'd'));
      else if (op === 6) session = resume(socket, asObject(d, 'd'));
    });
    socket.on('close', (code) => {
      if (!session || session.socket !== socket) return;
      session.socket = undefined;
      // A clean close ends the session; anything else may be resumed.
      if (code === 1000 || code === 1001) sessions.splice(sessions.indexOf(session), 1);
    });
  });

  return {
    identifies,
    dispatch(event, data, guildId) {
      for (const session of sessions) {
        const mine = guildId
          ? shardOf(guildId, session.shard[1]) === session.shard[0]
          : session.shard[0] === 0;
        if (mine) send(session, event, event.startsWith('MESSAGE_') ? withoutContent(world, data) : data);
      }
    },
    refuseIdentify(code) {
      refusal = code;
    },
    connected: () => sessions.filter((session) => session.socket).length,
    disconnect(code) {
      for (const socket of sockets.clients) socket.close(code, 'told to');
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      return new Promise((resolve) => sockets.close(() => resolve()));
    },
  };
}

function shardOf(guildId: string, shards: number): number {
  return Number((BigInt(guildId) >> 22n) % BigInt(shards));
}

/** Without the MESSAGE_CONTENT intent only own messages, direct ones and mentions of the bot arrive with their content. */
function withoutContent(world: World, data: Json): Json {
  const own = asObject(data.author, 'author').id === world.bot.id;
  const mentioned = String(data.content).includes(`<@${world.bot.id}>`);
  if (own || mentioned || data.guild_id === undefined) return data;
  return { ...data, content: '', attachments: [], components: [], embeds: [] };
}

export function roleJson(id: string, name: string): Json {
  return { id, name, permissions: '0', position: 0, color: 0, hoist: false };
}

function guildJson(world: World, guildId: string): Json {
  const channels = [...world.channels.values()].filter((channel) => channel.guildId === guildId);
  return {
    id: guildId,
    name: world.guilds.get(guildId)?.name ?? '',
    owner_id: world.bot.id,
    joined_at: '2024-01-01T00:00:00.000000+00:00',
    unavailable: false,
    large: false,
    member_count: 2,
    preferred_locale: 'en-US',
    features: [],
    emojis: [],
    stickers: [],
    roles: [[guildId, '@everyone'], ...world.roles].map(([id, name]) => roleJson(String(id), String(name))),
    channels: channels.filter((channel) => channel.kind === 'text').map(channelJson),
    threads: channels.filter((channel) => channel.kind === 'thread').map(channelJson),
    members: [{ ...memberJson(false), user: userJson(world.bot) }],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
