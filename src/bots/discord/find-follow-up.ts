/** Finds a follow-up that Discord accepted without our hearing of it: a crash or a lost answer came between. */

import { RequestMethod, Routes } from 'discord.js';
import { z } from 'zod';
import { isRefused } from './failures.ts';
import type { SendRequest } from './message-api.ts';

const listed = z.array(
  z.object({ id: z.string(), interaction_metadata: z.object({ id: z.string() }).optional() }),
);

/** Discord lists at most 100 messages; a lost page stands right behind the last one that is known. */
const MOST_MESSAGES = '100';

/**
 * The first message of this interaction behind the known ones that is none of them. Undefined when there is none, or when
 * the bot may not read the channel (user install, no Read Message History).
 */
export async function findFollowUp(options: {
  send: SendRequest;
  channelId: string;
  interactionId: string;
  known: readonly string[];
}): Promise<string | undefined> {
  const { send, channelId, interactionId, known } = options;
  const last = known.findLast((id) => /^\d+$/.test(id));
  const query = new URLSearchParams({ limit: MOST_MESSAGES, ...(last && { after: last }) });
  try {
    const route = Routes.channelMessages(channelId);
    const messages = listed.parse(await send({ method: RequestMethod.Get, route, query }));
    return messages
      .filter((message) => message.interaction_metadata?.id === interactionId && !known.includes(message.id))
      .map((message) => message.id)
      .sort()
      .at(0);
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
}
