/** Our commands in the form that Discord registers: global ones, usable in servers, direct messages and wherever people bring the app. */

import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  PermissionFlagsBits,
} from 'discord.js';
import type { Command } from '../../core/command.ts';
import { type DiscordOption, toDiscordOptions } from './command-options.ts';

/** Discord's limit of the options of a command, subcommands and groups of them included. */
const mostOptions = 25;

export interface DiscordCommand {
  readonly type: ApplicationCommandType;
  readonly name: string;
  /** Of a chat command; a message command has neither. */
  readonly description?: string;
  readonly options?: readonly DiscordOption[];
  readonly default_member_permissions: string | null;
  readonly integration_types: readonly ApplicationIntegrationType[];
  readonly contexts: readonly InteractionContextType[];
}

/**
 * Commands of two words become subcommands of the first, in groups where there are more than 25; what is offered on messages
 * becomes a message command as well. Throws when `budget` and `budget set` are both declared.
 */
export function toDiscordCommands(commands: readonly Command[]): readonly DiscordCommand[] {
  const families = new Map<string, Command[]>();
  for (const command of commands) {
    const [first = command.name] = command.name.split(' ');
    families.set(first, [...(families.get(first) ?? []), command]);
  }
  return [
    ...[...families].map(([name, members]) => toChatCommand(name, members)),
    ...commands.flatMap((command) =>
      command.onMessage ? [toMessageCommand(command.onMessage.label, command)] : [],
    ),
  ];
}

const everywhere = {
  integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
  contexts: [
    InteractionContextType.Guild,
    InteractionContextType.BotDM,
    InteractionContextType.PrivateChannel,
  ],
};

function toChatCommand(name: string, members: readonly Command[]): DiscordCommand {
  const whole = members.find((command) => command.name === name);
  if (whole && members.length > 1) {
    throw new Error(`the command "${name}" can't have subcommands and be a command itself on Discord`);
  }
  return {
    type: ApplicationCommandType.ChatInput,
    name,
    description: whole?.description ?? listNames(members),
    options: whole ? toDiscordOptions(whole.options) : toSubcommands(members),
    default_member_permissions: permissions(members),
    ...everywhere,
  };
}

function toMessageCommand(label: string, command: Command): DiscordCommand {
  return {
    type: ApplicationCommandType.Message,
    name: label,
    default_member_permissions: permissions([command]),
    ...everywhere,
  };
}

/** Hides admins' commands from others in servers; it does nothing in direct messages, so the core checks again. */
function permissions(members: readonly Command[]): string | null {
  const adminsOnly = members.every((command) => command.access === 'admins');
  return adminsOnly ? String(PermissionFlagsBits.ManageGuild) : null;
}

function toSubcommands(members: readonly Command[]): readonly DiscordOption[] {
  if (members.length <= mostOptions) return members.map(toSubcommand);
  const sorted = [...members].sort((one, other) => (one.name < other.name ? -1 : 1));
  const groups = Array.from({ length: Math.ceil(sorted.length / mostOptions) }, (_, at) =>
    sorted.slice(at * mostOptions, (at + 1) * mostOptions),
  );
  return groups.map((group) => ({
    type: ApplicationCommandOptionType.SubcommandGroup,
    name: `${lastWord(group[0])}-to-${lastWord(group.at(-1))}`.slice(0, 32),
    description: listNames(group),
    options: group.map(toSubcommand),
  }));
}

function toSubcommand(command: Command): DiscordOption {
  return {
    type: ApplicationCommandOptionType.Subcommand,
    name: lastWord(command),
    description: command.description,
    options: toDiscordOptions(command.options),
  };
}

function listNames(members: readonly Command[]): string {
  return members.map(lastWord).join(', ').slice(0, 100);
}

function lastWord(command: Command | undefined): string {
  const name = command?.name ?? '';
  return name.slice(name.indexOf(' ') + 1);
}
