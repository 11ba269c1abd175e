/** The people in front of the screen: they send commands, mention the bot, write to it, press buttons, type. */

import type { Interactions } from './interactions.ts';
import type { Messages } from './messages.ts';
import { asArray, asObject, type Json } from './refusal.ts';
import { messageJson, userJson } from './wire.ts';
import { latest, type StandinChannel, type StandinMessage, type StandinUser, type World } from './world.ts';

interface StandinAttachment {
  readonly name: string;
  readonly url: string;
  readonly contentType?: string;
  readonly sizeBytes?: number;
}

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

interface SentCommand extends Who {
  /** `ask`, or `budget set` for a subcommand. */
  readonly name: string;
  readonly options?: Readonly<Record<string, string | number | boolean | StandinAttachment | StandinUser>>;
}

/** An interaction from the outside. */
interface InteractionHandle {
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
  addUser(name: string): StandinUser;
  /** The channel of the conversation between the bot and this person. */
  directChannel(user: StandinUser): StandinChannel;
  /** Sends a registered command; throws when it is not registered or the options don't fit, as Discord's own client. */
  sendCommand(command: SentCommand): InteractionHandle;
  autocomplete(command: SentCommand & { readonly focused: string }): InteractionHandle;
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
  const addUser = (name: string): StandinUser => {
    const user = { id: world.nextId(), name, bot: false };
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
    type: 2 | 3 | 4,
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
  });
  return {
    ada,
    addUser,
    directChannel,
    sendCommand: (command) => ask(2, commandData(world, command, undefined, attachmentJson), command),
    autocomplete: (command) => ask(4, commandData(world, command, command.focused, attachmentJson), command),
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

/** The `data` of an interaction, typed by the registered definition. */
function commandData(
  world: World,
  command: SentCommand,
  focused: string | undefined,
  attachmentJson: (file: StandinAttachment) => Json,
): Json {
  const [first = '', second] = command.name.split(' ');
  const registered = world.commands.find((each) => each.name === first);
  if (!registered) throw new Error(`no command /${first} is registered`);
  const subcommand = second && optionsOf(registered).find((each) => each.name === second && each.type === 1);
  if (second && !subcommand) throw new Error(`/${first} has no subcommand ${second}`);
  const definitions = optionsOf(subcommand || registered);
  const attachments: Json = {};
  const users: Json = {};
  const given = Object.entries(command.options ?? {}).map(([name, value]): Json => {
    const definition = definitions.find((each) => each.name === name);
    if (!definition) throw new Error(`/${command.name} has no option ${name}`);
    const base = { name, type: definition.type, ...(name === focused ? { focused: true } : {}) };
    if (typeof value !== 'object') return { ...base, value };
    if ('url' in value) {
      const json = attachmentJson(value);
      attachments[String(json.id)] = json;
      return { ...base, value: json.id };
    }
    users[value.id] = userJson(value);
    return { ...base, value: value.id };
  });
  for (const definition of definitions) {
    const missing = definition.required === true && !given.some((each) => each.name === definition.name);
    if (missing && focused === undefined)
      throw new Error(`/${command.name} needs the option ${definition.name}`);
  }
  return {
    id: registered.id,
    name: first,
    type: 1,
    options: subcommand ? [{ name: second, type: 1, options: given }] : given,
    resolved: { attachments, users },
  };
}

function optionsOf(thing: Json): Json[] {
  return asArray(thing.options, 'options').map((each) => asObject(each, 'options'));
}
