/** Posting, updating and deleting in the Slack stand-in, with Slack's refusals. */

import { checkBlocks } from './block-rules.ts';
import { pingsOf } from './pings.ts';
import { asObject, asObjects, asString, type Json, SlackRefusal } from './refusal.ts';
import type { StandinFile, StandinMessage, StandinVersion, World } from './world.ts';

/** The version that these arguments make; refuses empty ones and too long ones. */
export function versionOf(world: World, args: Json): StandinVersion {
  const blocks = asObjects(args.blocks, 'invalid_blocks_format');
  // Slack cuts what is longer and says nothing.
  const text = asString(args.text).slice(0, 40_000);
  if (args.markdown_text !== undefined)
    throw new SlackRefusal('invalid_arguments', ['markdown_text is not used here']);
  if (text === '' && blocks.length === 0) throw new SlackRefusal('no_text');
  checkBlocks(blocks);
  const linkNames = args.link_names === 'true' || args.parse === 'full';
  return { at: world.now(), text, blocks, pings: pingsOf(text, blocks, linkNames) };
}

/** The channel, if the bot may write there. */
export function writableChannel(world: World, args: Json): string {
  const id = asString(args.channel);
  const channel = world.channels.get(id);
  if (!channel || (channel.kind !== 'channel' && !channel.botPresent))
    throw new SlackRefusal('channel_not_found');
  if (channel.archived) throw new SlackRefusal('is_archived');
  if (!channel.botPresent) throw new SlackRefusal('not_in_channel');
  return id;
}

export function post(world: World, args: Json, ephemeralFor?: string): StandinMessage {
  const channel = writableChannel(world, args);
  const threadTs = asString(args.thread_ts);
  if (args.thread_ts !== undefined && !/^\d+\.\d{6}$/.test(threadTs))
    throw new SlackRefusal('invalid_thread_ts');
  if (ephemeralFor !== undefined && !world.users.has(ephemeralFor))
    throw new SlackRefusal('user_not_in_channel');
  if (ephemeralFor === undefined) world.statuses.delete(`${channel}:${threadTs}`);
  return add(world, {
    channel,
    author: world.botUser,
    through: 'api',
    version: versionOf(world, args),
    ...(threadTs ? { threadTs } : {}),
    ...(ephemeralFor === undefined ? {} : { ephemeralFor }),
    ...(args.metadata === undefined ? {} : { metadata: metadataOf(args.metadata) }),
  });
}

function metadataOf(value: unknown): Json {
  const metadata = asObject(value, 'invalid_metadata_format');
  if (typeof metadata.event_type !== 'string') throw new SlackRefusal('invalid_metadata_schema');
  asObject(metadata.event_payload, 'invalid_metadata_schema');
  return metadata;
}

interface NewMessage extends Pick<StandinMessage, 'channel' | 'author' | 'through'> {
  readonly version: StandinVersion;
  readonly threadTs?: string;
  readonly ephemeralFor?: string;
  readonly metadata?: Json;
  readonly files?: readonly StandinFile[];
}

export function add(world: World, { version, ...rest }: NewMessage): StandinMessage {
  const message: StandinMessage = { ...rest, ts: world.nextTs(), versions: [version], deleted: false };
  world.messages.push(message);
  return message;
}

export function update(world: World, args: Json): StandinMessage {
  const message = ownMessage(world, args, 'cant_update_message');
  if (message.stream === 'live') throw new SlackRefusal('streaming_state_conflict');
  const age = world.now() - (message.versions[0]?.at ?? 0);
  if (age > (world.editWindowMs ?? Number.POSITIVE_INFINITY)) throw new SlackRefusal('edit_window_closed');
  if (asString(args.text).length > 4000) throw new SlackRefusal('msg_too_long');
  message.versions.push(versionOf(world, args));
  return message;
}

export function remove(world: World, args: Json): StandinMessage {
  const message = ownMessage(world, args, 'cant_delete_message');
  message.deleted = true;
  return message;
}

function ownMessage(world: World, args: Json, notOwn: string): StandinMessage {
  const channel = world.channels.get(asString(args.channel));
  if (!channel) throw new SlackRefusal('channel_not_found');
  if (channel.archived) throw new SlackRefusal('is_archived');
  const message = world.messages.find((each) => each.channel === channel.id && each.ts === args.ts);
  // Ephemeral messages have no place in the channel's history: they can't be found again.
  if (!message || message.deleted || message.ephemeralFor !== undefined)
    throw new SlackRefusal('message_not_found');
  if (message.author !== world.botUser) throw new SlackRefusal(notOwn);
  return message;
}

/** A message as conversations.history gives it. */
export function asSlackMessage(world: World, message: StandinMessage, withMetadata: boolean): Json {
  const version = message.versions.at(-1);
  return {
    type: 'message',
    ts: message.ts,
    user: message.author,
    ...(message.author === world.botUser ? { bot_id: world.botId } : {}),
    text: version?.text ?? '',
    blocks: version?.blocks ?? [],
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
    ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
  };
}
