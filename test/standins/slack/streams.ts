/** Native streaming in the Slack stand-in: messages that grow by appending, statuses, agent sessions, and their refusals. */

import { checkBlocks } from './block-rules.ts';
import { add, writableChannel } from './messages.ts';
import { pingsOf } from './pings.ts';
import { asObjects, asString, type Json, SlackRefusal } from './refusal.ts';
import { latest, type StandinMessage, type StandinVersion, type World } from './world.ts';

/** A streamed message holds about this much in all. */
const STREAM_LIMIT = 12_000;

export function startStream(world: World, args: Json): StandinMessage {
  const channel = writableChannel(world, args);
  const threadTs = asString(args.thread_ts);
  if (!/^\d+\.\d{6}$/.test(threadTs)) throw new SlackRefusal('invalid_thread_ts');
  if (world.channels.get(channel)?.kind !== 'direct') {
    if (!args.recipient_user_id) throw new SlackRefusal('missing_recipient_user_id');
    if (!args.recipient_team_id) throw new SlackRefusal('missing_recipient_team_id');
  }
  const version = streamed(world, asString(args.markdown_text), []);
  const message = add(world, { channel, author: world.botUser, through: 'api', threadTs, version });
  message.stream = 'live';
  world.statuses.delete(`${channel}:${threadTs}`);
  return message;
}

export function appendStream(world: World, args: Json): StandinMessage {
  const message = liveMessage(world, args);
  if (!args.markdown_text) throw new SlackRefusal('no_text');
  message.versions.push(streamed(world, latest(message).text + asString(args.markdown_text), []));
  return message;
}

export function stopStream(world: World, args: Json): StandinMessage {
  const message = liveMessage(world, args);
  const blocks = asObjects(args.blocks, 'invalid_blocks_format');
  message.versions.push(streamed(world, latest(message).text + asString(args.markdown_text), blocks));
  message.stream = 'ended';
  if (args.session_status)
    setSession(world, `${message.channel}:${message.threadTs}`, asString(args.session_status));
  return message;
}

function streamed(world: World, text: string, below: readonly Json[]): StandinVersion {
  if (text.length > STREAM_LIMIT) throw new SlackRefusal('msg_too_long');
  const blocks = [...(text ? [{ type: 'markdown', text }] : []), ...below];
  checkBlocks(blocks);
  return { at: world.now(), text, blocks, pings: pingsOf(text, blocks, false) };
}

function liveMessage(world: World, args: Json): StandinMessage {
  const message = world.messages.find((each) => each.channel === args.channel && each.ts === args.ts);
  if (!message || message.deleted) throw new SlackRefusal('message_not_found');
  if (message.author !== world.botUser) throw new SlackRefusal('message_not_owned_by_app');
  if (message.stream === 'stopped') throw new SlackRefusal('stopped_by_user');
  if (message.stream !== 'live') throw new SlackRefusal('message_not_in_streaming_state');
  return message;
}

export function setStatus(world: World, args: Json): void {
  const key = `${writableChannel(world, { channel: args.channel_id })}:${asString(args.thread_ts)}`;
  const lines = Array.isArray(args.loading_messages) ? args.loading_messages.map(String) : [];
  if (lines.length > 10 || lines.some((line) => line.length > 50))
    throw new SlackRefusal('invalid_arguments');
  if (asString(args.status) === '') world.statuses.delete(key);
  else world.statuses.set(key, lines[0] ?? asString(args.status));
}

export function setSessionStatus(world: World, args: Json): void {
  if (!world.isAgent) throw new SlackRefusal('missing_scope');
  setSession(
    world,
    `${writableChannel(world, { channel: args.channel_id })}:${asString(args.thread_ts)}`,
    asString(args.status),
  );
}

function setSession(world: World, key: string, status: string): void {
  if (!['processing', 'active', 'suspended', 'closed'].includes(status))
    throw new SlackRefusal('invalid_status');
  world.sessions.set(key, status);
}
