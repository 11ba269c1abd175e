/** What the stand-in knows: people, servers, channels, messages with all their versions, interactions, commands. */

import type { Json } from './refusal.ts';

export interface StandinUser {
  readonly id: string;
  readonly name: string;
  readonly bot: boolean;
  /** Ids of roles in the bot's server. */
  readonly roles?: readonly string[];
}

export interface StandinChannel {
  readonly id: string;
  readonly kind: 'text' | 'thread' | 'direct';
  readonly guildId?: string;
  readonly parentId?: string;
  /** Age-restricted. */
  readonly nsfw?: boolean;
  readonly name?: string;
  /** Whom a direct channel is with. */
  readonly recipient?: StandinUser;
  /** Whether the bot is here and may write; false where a person brought the app along (user install). */
  readonly botPresent: boolean;
}

/** One state of a message, as people saw it from `at` on. */
export interface MessageVersion {
  readonly at: number;
  readonly content: string;
  readonly components: readonly Json[];
  readonly attachments: readonly Json[];
  readonly flags: number;
  /** Whom this version pings: `@everyone`, `<@user>`, `<@&role>`, `reply:<user>`. */
  readonly pings: readonly string[];
}

export interface StandinMessage {
  readonly id: string;
  readonly channelId: string;
  readonly author: StandinUser;
  readonly ephemeral: boolean;
  readonly replyTo?: string;
  readonly nonce?: string;
  /** The interaction that it answers, whose token may edit it. */
  readonly interactionId?: string;
  readonly versions: MessageVersion[];
  /** Deferred and nothing shown yet. */
  loading: boolean;
  deleted: boolean;
}

/** What was answered to an interaction. */
interface Acknowledgement {
  readonly type: number;
  readonly afterMs: number;
  readonly data: Json;
}

export interface StandinInteraction {
  readonly id: string;
  readonly type: 2 | 3 | 4 | 5;
  readonly token: string;
  readonly createdAt: number;
  readonly channelId: string;
  readonly user: StandinUser;
  readonly userInstall: boolean;
  readonly componentMessageId?: string;
  acknowledgement?: Acknowledgement;
  originalId?: string;
  followUpIds: string[];
}

export interface World {
  now(): number;
  /** A fresh 19-digit id; discord.js can't bucket shorter ones. */
  nextId(): string;
  readonly token: string;
  readonly bot: StandinUser;
  readonly users: Map<string, StandinUser>;
  readonly guilds: Map<string, { readonly id: string; readonly name: string; readonly botPresent: boolean }>;
  readonly channels: Map<string, StandinChannel>;
  readonly messages: Map<string, StandinMessage>;
  readonly interactions: Map<string, StandinInteraction>;
  /** The roles of the bot's server, besides @everyone. */
  readonly roles: Map<string, string>;
  /** What was uploaded, by the attachments' ids. */
  readonly uploads: Map<string, Uint8Array>;
  /** How many shards the gateway recommends. */
  recommendedShards: number;
  /** What a file may have at most. */
  attachmentSizeLimit: number;
  readonly typing: { readonly channelId: string; readonly at: number }[];
  commands: Json[];
  commandPuts: number;
}

/** What a message shows now. */
export function latest(message: StandinMessage): MessageVersion {
  const version = message.versions.at(-1);
  if (!version) throw new Error(`message ${message.id} has no version yet`);
  return version;
}

/** An empty world with a bot in it. `now` gives its time. */
export function createWorld(now: () => number, token: string): World {
  let counter = 0;
  const nextId = () => {
    counter += 1;
    return String((BigInt(Math.floor(now()) - 1_420_070_400_000) << 22n) | BigInt(counter & 0x3fffff));
  };
  const bot: StandinUser = { id: nextId(), name: 'replibot', bot: true };
  return {
    now,
    nextId,
    token,
    bot,
    users: new Map([[bot.id, bot]]),
    guilds: new Map(),
    channels: new Map(),
    messages: new Map(),
    interactions: new Map(),
    roles: new Map(),
    uploads: new Map(),
    recommendedShards: 1,
    attachmentSizeLimit: 10 * 1024 * 1024,
    typing: [],
    commands: [],
    commandPuts: 0,
  };
}
