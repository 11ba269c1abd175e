/** Finds a message of an interaction that Discord took without our hearing of it: a crash or a lost answer came between. */

import { MessageFlags } from 'discord.js';
import { listMessages } from './channel-messages.ts';
import type { SendRequest } from './message-api.ts';

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
  const messages = await listMessages(send, channelId, after);
  return messages
    .filter((message) => message.interaction_metadata?.id === interactionId && !known.includes(message.id))
    .find((message) => (message.flags & MessageFlags.Loading) === 0)?.id;
}
