/** Our commands in the form that Discord registers: global ones, usable in servers, direct messages and wherever people bring the app. */

import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  PermissionFlagsBits,
} from 'discord.js';
import type { Command, Option } from '../../core/command.ts';

/** At most 25 choices fit into a menu; a longer list is offered while the person types. */
export const menuLimit = 25;

interface DiscordOption {
  readonly type: ApplicationCommandOptionType;
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly autocomplete?: boolean;
  readonly choices?: readonly { readonly name: string; readonly value: string }[];
  readonly min_value?: number;
  readonly max_value?: number;
  readonly max_length?: number;
  readonly options?: readonly DiscordOption[];
}

export interface DiscordCommand {
  readonly type: ApplicationCommandType;
  readonly name: string;
  readonly description: string;
  readonly options: readonly DiscordOption[];
  readonly default_member_permissions: string | null;
  readonly integration_types: readonly ApplicationIntegrationType[];
  readonly contexts: readonly InteractionContextType[];
}

/** Commands of two words become subcommands of the first. Throws when `budget` and `budget set` are both declared. */
export function toDiscordCommands(commands: readonly Command[]): readonly DiscordCommand[] {
  const groups = new Map<string, Command[]>();
  for (const command of commands) {
    const [first = command.name] = command.name.split(' ');
    groups.set(first, [...(groups.get(first) ?? []), command]);
  }
  return [...groups].map(([name, members]) => toDiscordCommand(name, members));
}

function toDiscordCommand(name: string, members: readonly Command[]): DiscordCommand {
  const whole = members.find((command) => command.name === name);
  if (whole && members.length > 1) {
    throw new Error(`the command "${name}" can't have subcommands and be a command itself on Discord`);
  }
  const adminsOnly = members.every((command) => command.access === 'admins');
  return {
    type: ApplicationCommandType.ChatInput,
    name,
    description:
      whole?.description ??
      members
        .map((command) => lastWord(command.name))
        .join(', ')
        .slice(0, 100),
    options: whole ? toDiscordOptions(whole) : members.map(toSubcommand),
    // Hides the command from others in servers; it does nothing in direct messages, so the core checks again.
    default_member_permissions: adminsOnly ? String(PermissionFlagsBits.ManageGuild) : null,
    integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
    contexts: [
      InteractionContextType.Guild,
      InteractionContextType.BotDM,
      InteractionContextType.PrivateChannel,
    ],
  };
}

function toSubcommand(command: Command): DiscordOption {
  return {
    type: ApplicationCommandOptionType.Subcommand,
    name: lastWord(command.name),
    description: command.description,
    options: toDiscordOptions(command),
  };
}

function lastWord(name: string): string {
  return name.slice(name.indexOf(' ') + 1);
}

/** Discord wants required options first. */
function toDiscordOptions(command: Command): readonly DiscordOption[] {
  return Object.entries(command.options)
    .map(([name, option]) => toDiscordOption(name, option))
    .sort((a, b) => Number(b.required ?? false) - Number(a.required ?? false));
}

function toDiscordOption(name: string, option: Option): DiscordOption {
  const base = { name, description: option.description, ...(option.required ? { required: true } : {}) };
  switch (option.type) {
    case 'string':
      return {
        ...base,
        type: ApplicationCommandOptionType.String,
        ...(option.maxLength === undefined ? {} : { max_length: Math.min(option.maxLength, 6000) }),
        ...(option.suggest ? { autocomplete: true } : {}),
      };
    case 'choice':
      return {
        ...base,
        type: ApplicationCommandOptionType.String,
        ...(option.choices.length > menuLimit
          ? { autocomplete: true }
          : { choices: option.choices.map((choice) => ({ name: choice, value: choice })) }),
      };
    case 'integer':
      return {
        ...base,
        type: ApplicationCommandOptionType.Integer,
        ...(option.min === undefined ? {} : { min_value: option.min }),
        ...(option.max === undefined ? {} : { max_value: option.max }),
      };
    case 'boolean':
      return { ...base, type: ApplicationCommandOptionType.Boolean };
    case 'person':
      return { ...base, type: ApplicationCommandOptionType.User };
  }
}
