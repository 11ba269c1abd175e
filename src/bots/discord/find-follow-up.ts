/** Finds a message of an interaction that Discord took without our hearing of it: a crash or a lost answer came between. */

import { MessageFlags, RequestMethod, Routes } from 'discord.js';
import { z } from 'zod';
import { isRefused } from './failures.ts';
import type { SendRequest } from './message-api.ts';

const listed = z.array(
  z.object({
    id: z.string(),
    flags: z.number().default(0),
    interaction_metadata: z.object({ id: z.string() }).optional(),
  }),
);

/** Discord lists at most 100 messages; a lost page stands right behind the last one that is known. */
const MOST_MESSAGES = '100';

/**
 * The first message of this interaction behind the known ones that is none of them and shows something. Undefined when there is none, or when
 * the bot may not read the channel (user install, no Read Message History).
 */
export async function findFollowUp(options: {
  send: SendRequest;
  channelId: string;
  interactionId: string;
  known: readonly string[];
}): Promise<string | undefined> {
  const { send, channelId, interactionId, known } = options;
  const after = known.findLast((id) => /^\d+$/.test(id)) ?? interactionId;
  const query = new URLSearchParams({ limit: MOST_MESSAGES, after });
  try {
    const route = Routes.channelMessages(channelId);
    const messages = listed.parse(await send({ method: RequestMethod.Get, route, query }));
    return messages
      .filter((message) => message.interaction_metadata?.id === interactionId && !known.includes(message.id))
      .filter((message) => (message.flags & MessageFlags.Loading) === 0)
      .map((message) => message.id)
      .sort()
      .at(0);
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
}
