/** Who asks and where, read from an interaction or from a message. */

import {
  ApplicationIntegrationType,
  type BaseInteraction,
  type Channel,
  GuildMember,
  InteractionContextType,
  type Message,
  PermissionFlagsBits,
} from 'discord.js';
import type { Person, Place } from '../../core/chat.ts';

/** Who made the interaction. Manage Server counts only where the bot was added to the server: anyone can own one elsewhere. */
export function readPerson(interaction: BaseInteraction): Person {
  const installedHere =
    interaction.guildId !== null &&
    interaction.authorizingIntegrationOwners[ApplicationIntegrationType.GuildInstall] === interaction.guildId;
  const managesGuild = interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false;
  const { member } = interaction;
  const roleIds = member instanceof GuildMember ? rolesOf(member) : (member?.roles ?? []);
  return {
    id: `discord:${interaction.user.id}`,
    name: interaction.user.globalName ?? interaction.user.username,
    platformAdmin: installedHere && managesGuild,
    ...withRoles(roleIds),
  };
}

/** Whether the bot can do no more here than answer: the person brought the app along (user install). */
export function isGuest(interaction: BaseInteraction): boolean {
  const owner = interaction.authorizingIntegrationOwners[ApplicationIntegrationType.GuildInstall];
  return owner === undefined && interaction.context !== InteractionContextType.BotDM;
}

/** Where it was made. A thread belongs to its channel, so that a channel's budget covers its threads. */
export function readPlace(interaction: BaseInteraction): Place {
  return placeOf(interaction.guildId, interaction.channelId ?? '', interaction.channel, {
    direct: interaction.context === InteractionContextType.BotDM,
  });
}

/** Who wrote the message. */
export function readAuthor(message: Message): Person {
  return {
    id: `discord:${message.author.id}`,
    name: message.author.globalName ?? message.author.username,
    platformAdmin: message.member?.permissions.has(PermissionFlagsBits.ManageGuild) ?? false,
    ...withRoles(message.member ? rolesOf(message.member) : []),
  };
}

/** Where it was written. */
export function readMessagePlace(message: Message): Place {
  return placeOf(message.guildId, message.channelId, message.channel, { direct: message.guildId === null });
}

function placeOf(
  guildId: string | null,
  channelId: string,
  channel: Channel | null,
  { direct }: { direct: boolean },
): Place {
  const thread = channel?.isThread() ? channel : undefined;
  const home = thread ? thread.parent : channel;
  const ageRestricted = home !== null && 'nsfw' in home && home.nsfw === true;
  return {
    surface: 'discord',
    ...(guildId === null ? {} : { workspace: guildId }),
    channel: thread?.parentId ?? channelId,
    ...(thread ? { thread: channelId } : {}),
    direct,
    ...(ageRestricted ? { ageRestricted } : {}),
  };
}

/** Without @everyone, which Discord keeps as a role with the server's id. */
function rolesOf(member: GuildMember): readonly string[] {
  return [...member.roles.cache.keys()].filter((id) => id !== member.guild.id);
}

function withRoles(ids: readonly string[]): { roles?: readonly string[] } {
  return ids.length === 0 ? {} : { roles: ids.map((id) => `discord:${id}`) };
}
