/** People, channels and messages in the JSON that Discord sends. */

import type { Json } from './refusal.ts';
import { latest, type StandinChannel, type StandinMessage, type StandinUser, type World } from './world.ts';

/** Administrator-free permissions of an ordinary member: see, write, read history, use commands. */
const memberPermissions = 0x80000000n | 0x10c00n;
const manageGuild = 0x20n;

export function userJson(user: StandinUser): Json {
  return {
    id: user.id,
    username: user.name,
    global_name: user.name,
    discriminator: '0',
    avatar: null,
    bot: user.bot,
    public_flags: 0,
  };
}

export function memberJson(admin: boolean, roles: readonly string[] = []): Json {
  return {
    roles,
    joined_at: '2024-01-01T00:00:00.000000+00:00',
    deaf: false,
    mute: false,
    flags: 0,
    avatar: null,
    permissions: String(admin ? memberPermissions | manageGuild : memberPermissions),
  };
}

export function channelJson(channel: StandinChannel): Json {
  switch (channel.kind) {
    case 'text':
      return {
        id: channel.id,
        type: 0,
        guild_id: channel.guildId,
        name: 'general',
        position: 0,
        nsfw: channel.nsfw ?? false,
        permissions: '0',
      };
    case 'thread':
      return {
        id: channel.id,
        type: 11,
        guild_id: channel.guildId,
        parent_id: channel.parentId,
        name: channel.name ?? 'thread',
        thread_metadata: {
          archived: false,
          auto_archive_duration: 60,
          archive_timestamp: null,
          locked: false,
        },
      };
    case 'direct':
      return { id: channel.id, type: 1, recipients: channel.recipient ? [userJson(channel.recipient)] : [] };
  }
}

/** As it is fetched: the nonce is lost then (discord.js, Message#nonce). */
export function messageJson(world: World, message: StandinMessage): Json {
  const shown = message.loading
    ? { content: '', components: [], attachments: [], flags: 128 }
    : latest(message);
  const channel = world.channels.get(message.channelId);
  return {
    id: message.id,
    channel_id: message.channelId,
    ...(channel?.guildId ? { guild_id: channel.guildId } : {}),
    author: userJson(message.author),
    content: shown.content,
    timestamp: new Date(message.versions[0]?.at ?? world.now()).toISOString(),
    edited_timestamp: message.versions.length > 1 ? new Date(latest(message).at).toISOString() : null,
    tts: false,
    mention_everyone: false,
    mentions: [...shown.content.matchAll(/<@!?(\d+)>/g)].flatMap(([, id = '']) => {
      const user = world.users.get(id);
      return user ? [userJson(user)] : [];
    }),
    mention_roles: [],
    attachments: shown.attachments,
    embeds: [],
    pinned: false,
    type: message.replyTo ? 19 : 0,
    ...memberOf(world, message, channel),
    components: shown.components,
    flags: shown.flags | (message.ephemeral ? 64 : 0),
    ...interactionMetadata(world, message),
    ...(message.replyTo
      ? { message_reference: { message_id: message.replyTo, channel_id: message.channelId } }
      : {}),
  };
}

/** Authors in servers come with their membership. */
function memberOf(world: World, message: StandinMessage, channel: StandinChannel | undefined): Json {
  if (!channel?.guildId || message.author.id === world.bot.id) return {};
  return { member: memberJson(false, message.author.roles) };
}

/** What Discord says of the interaction that a message answers. */
function interactionMetadata(world: World, message: StandinMessage): Json {
  const interaction = [...world.interactions.values()].find(({ id }) => id === message.interactionId);
  if (!interaction) return {};
  const user = userJson(interaction.user);
  return {
    interaction_metadata: { id: interaction.id, type: 2, user, authorizing_integration_owners: {} },
  };
}
