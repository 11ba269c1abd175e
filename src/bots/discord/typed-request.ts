/** Reads a slash command: its full name, typed arguments, files, person and place. */

import {
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  type BaseInteraction,
  type ChatInputCommandInteraction,
  type CommandInteractionOption,
  InteractionContextType,
  PermissionFlagsBits,
} from 'discord.js';
import type { Attachment, Invocation, Person, Place } from '../../core/chat.ts';

/** The invocation that a slash command means. */
export function readTypedRequest(interaction: ChatInputCommandInteraction): Invocation {
  const { values, attachments } = readOptions(interaction.options.data);
  return {
    eventId: `discord:${interaction.id}`,
    command: fullName(interaction),
    args: { form: 'typed', values },
    person: readPerson(interaction),
    place: readPlace(interaction),
    attachments,
  };
}

/** `ask`, or `budget set` for a subcommand. */
export function fullName(interaction: {
  readonly commandName: string;
  readonly options: { getSubcommand(required: false): string | null };
}): string {
  const subcommand = interaction.options.getSubcommand(false);
  return subcommand === null ? interaction.commandName : `${interaction.commandName} ${subcommand}`;
}

/** Who made the interaction. Manage Server counts only where the bot was added to the server: anyone can own one elsewhere. */
export function readPerson(interaction: BaseInteraction): Person {
  const installedHere =
    interaction.guildId !== null &&
    interaction.authorizingIntegrationOwners[ApplicationIntegrationType.GuildInstall] === interaction.guildId;
  const managesGuild = interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false;
  return {
    id: `discord:${interaction.user.id}`,
    name: interaction.user.globalName ?? interaction.user.username,
    platformAdmin: installedHere && managesGuild,
  };
}

/** Where it was made. A thread belongs to its channel, so that a channel's budget covers its threads. */
export function readPlace(interaction: BaseInteraction): Place {
  const { channel } = interaction;
  const channelId = interaction.channelId ?? '';
  const parentId = channel?.isThread() ? channel.parentId : null;
  return {
    surface: 'discord',
    ...(interaction.guildId === null ? {} : { workspace: interaction.guildId }),
    channel: parentId ?? channelId,
    ...(channel?.isThread() ? { thread: channelId } : {}),
    direct: interaction.context === InteractionContextType.BotDM,
  };
}

function readOptions(options: readonly CommandInteractionOption[]): {
  values: Record<string, string | number | boolean>;
  attachments: Attachment[];
} {
  const values: Record<string, string | number | boolean> = {};
  const attachments: Attachment[] = [];
  for (const option of options) {
    if (option.type === ApplicationCommandOptionType.Subcommand) return readOptions(option.options ?? []);
    if (option.attachment) attachments.push(readAttachment(option.attachment));
    else if (option.type === ApplicationCommandOptionType.User)
      values[option.name] = `discord:${option.value}`;
    else if (option.value !== undefined) values[option.name] = option.value;
  }
  return { values, attachments };
}

/** A file of Discord's. */
export function readAttachment(file: {
  readonly name: string;
  readonly url: string;
  readonly contentType: string | null;
  readonly size: number;
}): Attachment {
  return {
    name: file.name,
    url: file.url,
    ...(file.contentType === null ? {} : { contentType: file.contentType }),
    sizeBytes: file.size,
  };
}
