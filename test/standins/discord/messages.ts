/** Creating and editing messages in channels, as the bot with its token or as a person. */

import type { UploadedFile } from './attachment-rules.ts';
import type { Gateway } from './gateway.ts';
import { channelCreateFields, editFields, readMessage } from './message-rules.ts';
import { type PingDefaults, pingsOf } from './pings.ts';
import { asObject, invalidForm, type Json, onlyKnown, Refusal } from './refusal.ts';
import { channelJson, messageJson } from './wire.ts';
import { latest, type StandinChannel, type StandinMessage, type StandinUser, type World } from './world.ts';

/** Nonces are checked "in the past few minutes" (Discord, Create Message). */
const nonceMs = 3 * 60_000;

export const nothing = { content: '', components: [], attachments: [], flags: 0 };

export interface Messages {
  createInChannel(channelId: string, body: Json, files: readonly UploadedFile[]): StandinMessage;
  editInChannel(
    channelId: string,
    messageId: string,
    body: Json,
    files: readonly UploadedFile[],
  ): StandinMessage;
  /** What a person writes. */
  say(
    channel: StandinChannel,
    author: StandinUser,
    content: string,
    attachments: readonly Json[],
  ): StandinMessage;
  find(channelId: string, messageId: string): StandinMessage;
  add(message: Omit<StandinMessage, 'id' | 'versions' | 'deleted'>): StandinMessage;
  show(
    message: StandinMessage,
    shown: typeof nothing | ReturnType<typeof readMessage>,
    pings: readonly string[],
  ): void;
  edit(
    message: StandinMessage,
    body: Json,
    files: readonly UploadedFile[],
    known: readonly string[],
    ping: PingDefaults,
  ): void;
  /** A thread below a message, whose id it gets. */
  startThread(channelId: string, messageId: string, body: Json): StandinChannel;
  /** 404 and 403 for a channel that is not there for the bot. */
  channel(channelId: string): StandinChannel;
}

export function createMessages(world: World, gateway: Gateway): Messages {
  const byNonce = new Map<string, { readonly message: StandinMessage; readonly at: number }>();
  const messages: Messages = {
    channel(channelId) {
      const channel = world.channels.get(channelId);
      if (!channel) throw new Refusal(404, 10003, 'Unknown Channel');
      if (!channel.botPresent) throw new Refusal(403, 50001, 'Missing Access');
      return channel;
    },
    find(channelId, messageId) {
      const message = world.messages.get(messageId);
      if (message?.channelId !== channelId || message.deleted || message.ephemeral) {
        throw new Refusal(404, 10008, 'Unknown Message');
      }
      return message;
    },
    add(fields) {
      const message: StandinMessage = { ...fields, id: world.nextId(), versions: [], deleted: false };
      world.messages.set(message.id, message);
      return message;
    },
    show(message, shown, pings) {
      const created = message.versions.length === 0;
      message.loading = false;
      message.versions.push({ ...shown, at: world.now(), pings });
      const channel = world.channels.get(message.channelId);
      if (channel?.botPresent && !message.ephemeral) {
        const nonce = created && message.nonce !== undefined ? { nonce: message.nonce } : {};
        const json = { ...messageJson(world, message), ...nonce, channel_type: channelJson(channel).type };
        gateway.dispatch(created ? 'MESSAGE_CREATE' : 'MESSAGE_UPDATE', json, channel.guildId);
      }
    },
    edit(message, body, files, known, ping) {
      const before = message.versions.length === 0 ? nothing : latest(message);
      const shown = readMessage(body, known, before, files, world.attachmentSizeLimit);
      messages.show(message, shown, pingsOf(shown.content, body, ping));
    },
    createInChannel(channelId, body, files) {
      messages.channel(channelId);
      const shown = readMessage(body, channelCreateFields, nothing, files, world.attachmentSizeLimit);
      const nonce = body.nonce === undefined ? undefined : String(body.nonce);
      if (nonce !== undefined && nonce.length > 25) throw new Refusal(400, 50035, 'Invalid Form Body');
      const known = nonce === undefined ? undefined : byNonce.get(`${channelId}:${nonce}`);
      const isRemembered = known !== undefined && world.now() < known.at + nonceMs;
      if (isRemembered && body.enforce_nonce === true) return known.message;
      const replyTo = body.message_reference
        ? replyTarget(messages, channelId, body.message_reference)
        : undefined;
      const message = messages.add({
        channelId,
        author: world.bot,
        ephemeral: false,
        loading: false,
        ...(nonce === undefined ? {} : { nonce }),
        ...(replyTo ? { replyTo: replyTo.id } : {}),
      });
      if (nonce !== undefined) byNonce.set(`${channelId}:${nonce}`, { message, at: world.now() });
      messages.show(message, shown, pingsOf(shown.content, body, 'message', replyTo?.author.id));
      return message;
    },
    editInChannel(channelId, messageId, body, files) {
      messages.channel(channelId);
      const message = messages.find(channelId, messageId);
      if (message.author.id !== world.bot.id) {
        throw new Refusal(403, 50005, 'Cannot edit a message authored by another user');
      }
      messages.edit(message, body, files, editFields, 'message');
      return message;
    },
    startThread(channelId, messageId, body) {
      const channel = messages.channel(channelId);
      onlyKnown(body, ['name', 'auto_archive_duration', 'rate_limit_per_user']);
      const name = typeof body.name === 'string' ? body.name.trim() : '';
      if (name.length < 1 || name.length > 100)
        throw invalidForm('name', 'Must be between 1 and 100 in length.');
      if (![60, 1440, 4320, 10_080].includes(Number(body.auto_archive_duration ?? 1440)))
        throw invalidForm('auto_archive_duration', 'Value must be one of (60, 1440, 4320, 10080).');
      if (channel.kind !== 'text')
        throw new Refusal(400, 50024, 'Cannot execute action on this channel type');
      const { id } = messages.find(channelId, messageId);
      if (world.channels.has(id))
        throw new Refusal(400, 160004, 'A thread has already been created for this message');
      const { guildId } = channel;
      const thread: StandinChannel = {
        id,
        name,
        kind: 'thread',
        parentId: channelId,
        botPresent: true,
        ...(guildId === undefined ? {} : { guildId }),
      };
      world.channels.set(id, thread);
      gateway.dispatch('THREAD_CREATE', { ...channelJson(thread), newly_created: true }, guildId);
      return thread;
    },
    say(channel, author, content, attachments) {
      const message = messages.add({ channelId: channel.id, author, ephemeral: false, loading: false });
      messages.show(message, { ...nothing, content, attachments }, []);
      return message;
    },
  };
  return messages;
}

/** The message replied to; with `fail_if_not_exists: false` a missing one makes it an ordinary message. */
function replyTarget(messages: Messages, channelId: string, value: unknown): StandinMessage | undefined {
  const reference = asObject(value, 'message_reference');
  try {
    return messages.find(channelId, String(reference.message_id));
  } catch (error) {
    if (reference.fail_if_not_exists === false) return undefined;
    throw error instanceof Refusal ? new Refusal(400, 50035, 'Invalid Form Body: Unknown message') : error;
  }
}
