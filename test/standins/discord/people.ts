/** The people in front of the screen: they send commands, mention the bot, write to it, press buttons, type. */

import { type CommandInput, commandData, type StandinAttachment } from './command-data.ts';
import type { Interactions } from './interactions.ts';
import type { Messages } from './messages.ts';
import { type Filled, modalSubmission } from './modal-submission.ts';
import { asArray, asObject, type Json } from './refusal.ts';
import { messageJson } from './wire.ts';
import { latest, type StandinChannel, type StandinMessage, type StandinUser, type World } from './world.ts';

interface Who {
  readonly user?: StandinUser;
  /** Has Manage Server. */
  readonly admin?: boolean;
  /** Default: the text channel of the server where the bot is. */
  readonly channel?: StandinChannel;
  /** The app was brought along by the person rather than added to the server. */
  readonly userInstall?: boolean;
  readonly locale?: string;
}

interface SentCommand extends Who, CommandInput {}

/** An interaction from the outside. */
interface InteractionHandle {
  /** Who sent it from where, and the message that its button was on. */
  readonly from: Who;
  readonly message?: { readonly id: string; readonly json: Json };
  readonly id: string;
  readonly token: string;
  /** Callback type and milliseconds it took; undefined until it was answered. */
  acknowledgement(): { readonly type: number; readonly afterMs: number; readonly data: Json } | undefined;
  original(): StandinMessage | undefined;
  followUps(): StandinMessage[];
  /** The original and its follow-ups. */
  messages(): StandinMessage[];
}

export interface People {
  readonly ada: StandinUser;
  addUser(name: string, roles?: readonly string[]): StandinUser;
  /** The channel of the conversation between the bot and this person. */
  directChannel(user: StandinUser): StandinChannel;
  /** Sends a registered command; throws when it is not registered or the options don't fit, as Discord's own client. */
  sendCommand(command: SentCommand): InteractionHandle;
  autocomplete(command: SentCommand & { readonly focused: string }): InteractionHandle;
  /** Chooses a message command on a message. */
  useOnMessage(name: string, target: StandinMessage, who?: Who): InteractionHandle;
  /** Fills in the modal that an interaction was answered with. */
  submit(asked: InteractionHandle, filled: Filled, who?: Who): InteractionHandle;
  press(message: StandinMessage, customId: string, who?: Who): InteractionHandle;
  /** `text` gets the mention of the bot put in front. */
  mention(
    text: string,
    where?: Who & { readonly attachments?: readonly StandinAttachment[] },
  ): StandinMessage;
  say(text: string, where?: Who): StandinMessage;
  directMessage(
    text: string,
    where?: Who & { readonly attachments?: readonly StandinAttachment[] },
  ): StandinMessage;
}

export function createPeople(parts: {
  world: World;
  interactions: Interactions;
  messages: Messages;
  channel: StandinChannel;
  add(channel: Omit<StandinChannel, 'id'>): StandinChannel;
}): People {
  const { world, interactions, messages } = parts;
  const addUser = (name: string, roles: readonly string[] = []): StandinUser => {
    const user = { id: world.nextId(), name, bot: false, roles };
    world.users.set(user.id, user);
    return user;
  };
  const ada = addUser('Ada');
  const direct = new Map<string, StandinChannel>();
  const directChannel = (user: StandinUser): StandinChannel => {
    const known = direct.get(user.id) ?? parts.add({ kind: 'direct', recipient: user, botPresent: true });
    direct.set(user.id, known);
    return known;
  };
  const ask = (
    type: 2 | 3 | 4 | 5,
    data: Json,
    who: Who,
    message?: { id: string; json: Json },
  ): InteractionHandle => {
    const interaction = interactions.ask({
      type,
      data,
      user: who.user ?? ada,
      admin: who.admin ?? false,
      channel: who.channel ?? parts.channel,
      userInstall: who.userInstall ?? false,
      locale: who.locale ?? 'en-US',
      ...(message ? { message } : {}),
    });
    const handle: InteractionHandle = {
      from: who,
      ...(message ? { message } : {}),
      id: interaction.id,
      token: interaction.token,
      acknowledgement: () => interaction.acknowledgement,
      original: () => (interaction.originalId ? world.messages.get(interaction.originalId) : undefined),
      followUps: () => interaction.followUpIds.flatMap((id) => world.messages.get(id) ?? []),
      messages: () => [handle.original(), ...handle.followUps()].flatMap((each) => each ?? []),
    };
    return handle;
  };
  const attachmentJson = (file: StandinAttachment): Json => ({
    id: world.nextId(),
    filename: file.name,
    url: file.url,
    proxy_url: file.url,
    size: file.sizeBytes ?? 1,
    ...(file.contentType ? { content_type: file.contentType } : {}),
    ...(file.durationSeconds === undefined ? {} : { duration_secs: file.durationSeconds }),
  });
  return {
    ada,
    addUser,
    directChannel,
    sendCommand: (command) => ask(2, commandData(world, command, undefined, attachmentJson), command),
    autocomplete: (command) => ask(4, commandData(world, command, command.focused, attachmentJson), command),
    useOnMessage(name, target, who = {}) {
      const registered = world.commands.find((each) => each.type === 3 && each.name === name);
      if (!registered) throw new Error(`no message command ${name} is registered`);
      const channel = world.channels.get(target.channelId);
      const resolved = { messages: { [target.id]: messageJson(world, target) } };
      const data = { id: registered.id, name, type: 3, target_id: target.id, resolved };
      return ask(2, data, { ...(channel ? { channel } : {}), ...who });
    },
    submit(asked, filled, who = {}) {
      const shown = asked.acknowledgement();
      if (shown?.type !== 9) throw new Error('no modal was shown');
      const data = modalSubmission(shown.data, filled, attachmentJson);
      return ask(5, data, { ...asked.from, ...who }, asked.message);
    },
    press(message, customId, who = {}) {
      const rows = latest(message).components.flatMap((row) => asArray(row.components, 'components'));
      if (!rows.some((button) => asObject(button, 'button').custom_id === customId)) {
        throw new Error(`the message shows no button ${customId}`);
      }
      const channel = world.channels.get(message.channelId);
      const json = messageJson(world, message);
      const data = { custom_id: customId, component_type: 2 };
      return ask(3, data, { ...(channel ? { channel } : {}), ...who }, { id: message.id, json });
    },
    mention: (text, where = {}) =>
      messages.say(
        where.channel ?? parts.channel,
        where.user ?? ada,
        `<@${world.bot.id}> ${text}`,
        (where.attachments ?? []).map(attachmentJson),
      ),
    say: (text, where = {}) => messages.say(where.channel ?? parts.channel, where.user ?? ada, text, []),
    directMessage: (text, where = {}) =>
      messages.say(
        directChannel(where.user ?? ada),
        where.user ?? ada,
        text,
        (where.attachments ?? []).map(attachmentJson),
      ),
  };
}
