/** Reads what stands in a channel behind a certain message, to find one that Discord took without our hearing of it. */

import { RequestMethod, Routes } from 'discord.js';
import { z } from 'zod';
import { isRefused } from './failures.ts';
import type { SendRequest } from './message-api.ts';

const listed = z.array(
  z.object({
    id: z.string(),
    content: z.string().default(''),
    flags: z.number().default(0),
    author: z.object({ id: z.string() }),
    interaction_metadata: z.object({ id: z.string() }).optional(),
    message_reference: z.object({ message_id: z.string().optional() }).optional(),
    components: z
      .array(z.object({ components: z.array(z.object({ custom_id: z.string().optional() })).default([]) }))
      .default([]),
  }),
);

export type ListedMessage = z.infer<typeof listed>[number];

/** Discord lists at most 100 messages; a lost page stands right behind the last one that is known. */
const mostMessages = '100';

/** Oldest first. None where the bot may not read the channel (user install, no Read Message History). Rejects as `send` does. */
export async function listMessages(
  send: SendRequest,
  channelId: string,
  after: string,
): Promise<readonly ListedMessage[]> {
  const query = new URLSearchParams({ limit: mostMessages, after });
  try {
    const route = Routes.channelMessages(channelId);
    const messages = listed.parse(await send({ method: RequestMethod.Get, route, query }));
    return messages.sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
  } catch (error) {
    if (isRefused(error)) return [];
    throw error;
  }
}
