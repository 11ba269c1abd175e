/** Reads a slash command: its full name, typed arguments and files. */

import {
  ApplicationCommandOptionType,
  type ChatInputCommandInteraction,
  type CommandInteractionOption,
} from 'discord.js';
import type { Attachment, Invocation } from '../../core/chat.ts';
import { readAttachment } from './read-attachment.ts';
import { readPerson, readPlace } from './request-origin.ts';

/** The invocation that a slash command means. */
export function readTypedRequest(interaction: ChatInputCommandInteraction): Invocation {
  return {
    eventId: `discord:${interaction.id}`,
    command: fullName(interaction),
    args: readOptions(interaction.options.data),
    person: readPerson(interaction),
    place: readPlace(interaction),
    attachments: [],
  };
}

/** `ask`, or `budget set` for a subcommand, whatever group it had to be put into. */
export function fullName(interaction: {
  readonly commandName: string;
  readonly options: { getSubcommand(required: false): string | null };
}): string {
  const subcommand = interaction.options.getSubcommand(false);
  return subcommand === null ? interaction.commandName : `${interaction.commandName} ${subcommand}`;
}

/** The options of the command or subcommand itself. */
function ownOptions(options: readonly CommandInteractionOption[]): readonly CommandInteractionOption[] {
  const [first] = options;
  const nested =
    first?.type === ApplicationCommandOptionType.Subcommand ||
    first?.type === ApplicationCommandOptionType.SubcommandGroup;
  return nested ? ownOptions(first.options ?? []) : options;
}

function readOptions(options: readonly CommandInteractionOption[]): Invocation['args'] {
  const values: Record<string, string | number | boolean> = {};
  const files: Record<string, Attachment> = {};
  for (const option of ownOptions(options)) {
    if (option.attachment) files[option.name] = readAttachment(option.attachment);
    else if (option.value !== undefined) values[option.name] = readValue(option.type, option.value);
  }
  return { form: 'typed', values, ...(Object.keys(files).length > 0 ? { files } : {}) };
}

/** People and roles get the name of the surface, since they have budgets wherever they are named; channels are its own. */
function readValue(
  type: ApplicationCommandOptionType,
  value: string | number | boolean,
): string | number | boolean {
  const named = type === ApplicationCommandOptionType.User || type === ApplicationCommandOptionType.Role;
  return named ? `discord:${value}` : value;
}
