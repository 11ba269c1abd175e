/** Threads of their own for answers to mentions: each is a lane of its own, and leaves a busy channel readable. */

import { ChannelType, type Message, type REST, Routes, ThreadAutoArchiveDuration } from 'discord.js';
import { z } from 'zod';
import type { Log } from '../../core/log.ts';
import { toCoreError } from './failures.ts';

/** When mentions in a channel are answered in a thread: `busy`, when other answers are being written there already. */
export type ThreadPolicy = 'never' | 'busy' | 'always';

/** From this many answers at once on, each would be edited less than once in 3 seconds. */
const busyFrom = 2;
const nameLength = 80;

/** Whether the answer to this message gets a thread. Only a server's ordinary channels can have them. */
export function wantsThread(message: Message, policy: ThreadPolicy, answersInChannel: number): boolean {
  const { type } = message.channel;
  if (type !== ChannelType.GuildText && type !== ChannelType.GuildAnnouncement) return false;
  return policy === 'always' || (policy === 'busy' && answersInChannel >= busyFrom);
}

/** The new thread's id; undefined where Discord does not let us, and the channel has to do. */
export async function openThread(
  message: Message,
  title: string,
  { rest, log }: { rest: REST; log: Log },
): Promise<string | undefined> {
  const name = title.replaceAll(/\s+/g, ' ').trim();
  const body = {
    name: name.length > nameLength ? `${name.slice(0, nameLength - 1)}…` : name || 'Answer',
    auto_archive_duration: ThreadAutoArchiveDuration.OneDay,
  };
  try {
    const thread = await rest.post(Routes.threads(message.channelId, message.id), { body });
    return z.object({ id: z.string() }).parse(thread).id;
  } catch (error) {
    log.info({ error: toCoreError(error).message }, 'no thread could be opened: answering in the channel');
    return undefined;
  }
}
