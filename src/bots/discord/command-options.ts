/** Options of our commands in the form that Discord registers. */

import { ApplicationCommandOptionType, ChannelType, type FileUploadType } from 'discord.js';
import type { MediaKind, Option, Options } from '../../core/command.ts';

/** At most 25 choices fit into a menu; a longer list is offered while the person types. */
export const menuLimit = 25;

export interface DiscordOption {
  readonly type: ApplicationCommandOptionType;
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly autocomplete?: boolean;
  readonly choices?: readonly { readonly name: string; readonly value: string }[];
  readonly min_value?: number;
  readonly max_value?: number;
  readonly max_length?: number;
  readonly channel_types?: readonly ChannelType[];
  readonly file_types?: readonly string[];
  readonly options?: readonly DiscordOption[];
}

/** Channels that have a budget: a thread counts on the channel that it is in. */
const budgetedChannels = [
  ChannelType.GuildText,
  ChannelType.GuildVoice,
  ChannelType.GuildAnnouncement,
  ChannelType.GuildStageVoice,
  ChannelType.GuildForum,
  ChannelType.GuildMedia,
];

const endings: Readonly<Record<MediaKind, readonly FileUploadType[]>> = {
  image: ['image'],
  audio: ['audio'],
  video: ['video'],
  text: ['.txt', '.md', '.csv', '.json', '.log', '.srt', '.vtt'],
};

/** What Discord's own check of endings takes; at most 10 in all. The core looks at the bytes. */
export function fileTypes(accept: readonly MediaKind[]): FileUploadType[] {
  return accept.flatMap((kind) => endings[kind]);
}

/** Discord wants required options first. */
export function toDiscordOptions(options: Options): readonly DiscordOption[] {
  return Object.entries(options)
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
      return { ...base, ...range(option), type: ApplicationCommandOptionType.Integer };
    case 'number':
      return { ...base, ...range(option), type: ApplicationCommandOptionType.Number };
    case 'boolean':
      return { ...base, type: ApplicationCommandOptionType.Boolean };
    case 'attachment':
      return {
        ...base,
        type: ApplicationCommandOptionType.Attachment,
        ...(option.accept ? { file_types: fileTypes(option.accept) } : {}),
      };
    case 'role':
      return { ...base, type: ApplicationCommandOptionType.Role };
    case 'channel':
      return { ...base, type: ApplicationCommandOptionType.Channel, channel_types: budgetedChannels };
    case 'person':
      return { ...base, type: ApplicationCommandOptionType.User };
  }
}

function range({ min, max }: { readonly min?: number; readonly max?: number }) {
  return {
    ...(min === undefined ? {} : { min_value: min }),
    ...(max === undefined ? {} : { max_value: max }),
  };
}
