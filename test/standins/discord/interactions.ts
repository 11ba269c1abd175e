/** Interactions: what they look like when they arrive, their one callback, and the messages behind their token. */

import type { UploadedFile } from './attachment-rules.ts';
import type { Gateway } from './gateway.ts';
import { editFields, followUpFields, readMessage } from './message-rules.ts';
import { type Messages, nothing } from './messages.ts';
import { checkModal } from './modal-rules.ts';
import { pingsOf } from './pings.ts';
import { asArray, asObject, invalidForm, type Json, onlyKnown, Refusal } from './refusal.ts';
import { channelJson, memberJson, userJson } from './wire.ts';
import type { StandinChannel, StandinInteraction, StandinMessage, StandinUser, World } from './world.ts';

const ephemeral = 64;
/** Discord's own limits: 3 s to answer, 15 min of token, 5 follow-ups where the bot is a guest. */
const answerWithinMs = 3000;
const tokenLivesMs = 15 * 60_000;
const guestFollowUps = 5;

interface Asked {
  /** Command, component, autocomplete, modal submission. */
  readonly type: 2 | 3 | 4 | 5;
  readonly data: Json;
  readonly user: StandinUser;
  readonly admin: boolean;
  readonly channel: StandinChannel;
  readonly userInstall: boolean;
  readonly locale: string;
  readonly message?: { readonly id: string; readonly json: Json };
}

export interface Interactions {
  /** Sends INTERACTION_CREATE. */
  ask(asked: Asked): StandinInteraction;
  callback(id: string, token: string, body: Json): void;
  /** The message behind `@original` or an id; 401 once the token is too old. */
  find(token: string, messageId: string): StandinMessage;
  edit(token: string, messageId: string, body: Json, files: readonly UploadedFile[]): StandinMessage;
  followUp(token: string, body: Json, files: readonly UploadedFile[]): StandinMessage;
}

export function createInteractions(world: World, gateway: Gateway, messages: Messages): Interactions {
  const byToken = (token: string): StandinInteraction => {
    const interaction = world.interactions.get(token);
    if (!interaction) throw new Refusal(404, 10015, 'Unknown Webhook');
    if (world.now() - interaction.createdAt > tokenLivesMs) {
      throw new Refusal(401, 50027, 'Invalid Webhook Token');
    }
    if (!interaction.acknowledgement) throw new Refusal(404, 10015, 'Unknown Webhook');
    return interaction;
  };

  const addMessage = (interaction: StandinInteraction, hidden: boolean, loading: boolean): StandinMessage =>
    messages.add({
      channelId: interaction.channelId,
      author: world.bot,
      ephemeral: hidden,
      interactionId: interaction.id,
      loading,
    });

  const interactions: Interactions = {
    ask(asked) {
      const interaction: StandinInteraction = {
        id: world.nextId(),
        type: asked.type,
        token: `aW50ZXJhY3Rpb246${world.nextId()}`,
        createdAt: world.now(),
        channelId: asked.channel.id,
        user: asked.user,
        userInstall: asked.userInstall,
        followUpIds: [],
        ...(asked.message ? { componentMessageId: asked.message.id } : {}),
      };
      world.interactions.set(interaction.token, interaction);
      gateway.dispatch('INTERACTION_CREATE', interactionJson(world, interaction, asked), guildOfShard(asked));
      return interaction;
    },
    callback(id, token, body) {
      const interaction = world.interactions.get(token);
      const afterMs = interaction ? world.now() - interaction.createdAt : 0;
      if (interaction?.id !== id || afterMs > answerWithinMs) {
        throw new Refusal(404, 10062, 'Unknown interaction');
      }
      if (interaction.acknowledgement) {
        throw new Refusal(400, 40060, 'Interaction has already been acknowledged.');
      }
      onlyKnown(body, ['type', 'data']);
      const data = body.data === undefined ? {} : asObject(body.data, 'data');
      const type = Number(body.type);
      const hidden = (Number(data.flags ?? 0) & ephemeral) !== 0;
      if (type === 4 && interaction.type !== 4) {
        const shown = readMessage(data, followUpFields, nothing, [], world.attachmentSizeLimit);
        const message = addMessage(interaction, hidden, false);
        messages.show(message, shown, pingsOf(shown.content, data, 'interaction'));
        interaction.originalId = message.id;
      } else if (type === 5 && interaction.type !== 4) {
        onlyKnown(data, ['flags']);
        if (![0, ephemeral].includes(Number(data.flags ?? 0))) throw invalidForm('flags', 'only EPHEMERAL');
        interaction.originalId = addMessage(interaction, hidden, true).id;
      } else if (type === 6 && interaction.componentMessageId) {
        interaction.originalId = interaction.componentMessageId;
      } else if (type === 8 && interaction.type === 4) {
        checkChoices(data);
      } else if (type === 9 && (interaction.type === 2 || interaction.type === 3)) {
        checkModal(data);
      } else {
        throw invalidForm('type', `a response of type ${type} does not fit here`);
      }
      interaction.acknowledgement = { type, afterMs, data };
    },
    find(token, messageId) {
      const interaction = byToken(token);
      const id = messageId === '@original' ? interaction.originalId : messageId;
      const message = id === undefined ? undefined : world.messages.get(id);
      const mine =
        message && (message.id === interaction.originalId || interaction.followUpIds.includes(message.id));
      if (!mine || message.deleted) throw new Refusal(404, 10008, 'Unknown Message');
      return message;
    },
    edit(token, messageId, body, files) {
      const message = interactions.find(token, messageId);
      messages.edit(message, body, files, editFields, 'interaction');
      return message;
    },
    followUp(token, body, files) {
      const interaction = byToken(token);
      const original = interaction.originalId ? world.messages.get(interaction.originalId) : undefined;
      // Discord's deprecated habit: the first follow-up after a defer becomes the original.
      if (original?.loading) {
        messages.edit(original, body, files, followUpFields, 'interaction');
        return original;
      }
      if (interaction.userInstall && interaction.followUpIds.length >= guestFollowUps) {
        throw new Refusal(400, 40094, 'Maximum number of follow-up messages reached for this interaction');
      }
      const shown = readMessage(body, followUpFields, nothing, files, world.attachmentSizeLimit);
      const message = addMessage(interaction, (Number(body.flags ?? 0) & ephemeral) !== 0, false);
      messages.show(message, shown, pingsOf(shown.content, body, 'interaction'));
      interaction.followUpIds.push(message.id);
      return message;
    },
  };
  return interactions;
}

function checkChoices(data: Json): void {
  const choices = asArray(data.choices, 'choices').map((each) => asObject(each, 'choices'));
  if (choices.length > 25) throw invalidForm('choices', 'Must be 25 or fewer in length.');
  for (const { name, value } of choices) {
    const fits = [name, value].every((each) => String(each).length >= 1 && String(each).length <= 100);
    if (!fits) throw invalidForm('choices', 'Must be between 1 and 100 in length.');
  }
}

/** Where the bot is not a member, events come as direct messages do: to shard 0. */
function guildOfShard(asked: Asked): string | undefined {
  return asked.userInstall ? undefined : asked.channel.guildId;
}

function interactionJson(world: World, interaction: StandinInteraction, asked: Asked): Json {
  const { channel } = asked;
  const inGuild = channel.guildId !== undefined;
  const owners = {
    ...(asked.userInstall ? {} : { 0: channel.guildId ?? '0' }),
    ...(asked.userInstall ? { 1: asked.user.id } : {}),
  };
  return {
    id: interaction.id,
    application_id: world.bot.id,
    type: asked.type,
    token: interaction.token,
    version: 1,
    data: asked.data,
    channel: channelJson(channel),
    channel_id: channel.id,
    ...(inGuild
      ? {
          guild_id: channel.guildId,
          guild: { id: channel.guildId, locale: 'en-US', features: [] },
          guild_locale: 'en-US',
          member: { ...memberJson(asked.admin, asked.user.roles), user: userJson(asked.user) },
        }
      : { user: userJson(asked.user) }),
    ...(asked.message ? { message: asked.message.json } : {}),
    app_permissions: '0',
    locale: asked.locale,
    entitlements: [],
    authorizing_integration_owners: owners,
    context: inGuild ? 0 : channel.botPresent ? 1 : 2,
    attachment_size_limit: world.attachmentSizeLimit,
  };
}
