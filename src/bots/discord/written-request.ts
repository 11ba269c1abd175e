/** Reads a message that mentions the bot or was written to it directly: a command by its first words, else `ask`. */

import type { Message } from 'discord.js';
import type { Invocation } from '../../core/chat.ts';
import { readAttachment } from './read-attachment.ts';
import { readAuthor, readMessagePlace } from './request-origin.ts';

/** The invocation, or undefined for a message that is none of the bot's business. */
export function readWrittenRequest(
  message: Message,
  botId: string,
  commandNames: ReadonlySet<string>,
): Invocation | undefined {
  if (message.author.bot || message.webhookId !== null || message.system) return undefined;
  if (message.inGuild() && !message.mentions.users.has(botId)) return undefined;
  const text = message.content.replaceAll(new RegExp(`<@!?${botId}>`, 'g'), '').trim();
  const attachments = [...message.attachments.values()].map(readAttachment);
  const { command, rest } = splitCommand(text, commandNames);
  const silent = text === '' && attachments.length === 0 && commandNames.has('help');
  return {
    eventId: `discord:${message.id}`,
    command: silent ? 'help' : command,
    args: { form: 'text', text: rest },
    person: readAuthor(message),
    place: readMessagePlace(message),
    attachments,
  };
}

/** Two words first, since `budget set` begins like `budget`. */
function splitCommand(text: string, names: ReadonlySet<string>): { command: string; rest: string } {
  const words = /^\/?(\S+)(?:[^\S\n]+(\S+))?/.exec(text);
  const one = words?.[1] ?? '';
  const two = `${one} ${words?.[2] ?? ''}`;
  if (words?.[2] && names.has(two)) return { command: two, rest: text.slice(words[0].length).trim() };
  if (!names.has(one)) return { command: 'ask', rest: text };
  return { command: one, rest: text.slice(text.indexOf(one) + one.length).trim() };
}
