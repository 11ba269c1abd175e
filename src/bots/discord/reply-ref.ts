/** What a Discord reply keeps between processes: where its messages are, and the interaction token while it lives. */

import { z } from 'zod';
import type { ReplyRef } from '../../core/chat.ts';

/** Interaction tokens live 15 minutes (Discord); we stop using them half a minute earlier, to be on the safe side of clocks. */
export const tokenLivesMs = 15 * 60_000 - 30_000;

const schema = z.object({
  surface: z.literal('discord'),
  kind: z.enum(['interaction', 'channel']),
  /** Random: what the nonces of this reply's messages are made from, so that none is created twice. */
  replyId: z.string(),
  channelId: z.string(),
  /** Who asked: a private answer that outlives its interaction goes to them directly. */
  userId: z.string(),
  replyTo: z.string().optional(),
  /** The messages so far, first page first, and through which door each was made and can be edited. */
  pages: z.array(z.object({ id: z.string(), via: z.enum(['interaction', 'bot']) })),
  interaction: z
    .object({
      id: z.string(),
      applicationId: z.string(),
      token: z.string(),
      expiresAt: z.number(),
      ephemeral: z.boolean(),
    })
    .optional(),
  /** The page that was begun anew as a message of the bot, after the interaction had closed. */
  continuedAt: z.number().optional(),
});

export type DiscordReplyRef = z.infer<typeof schema>;

/** Checks a stored ref. Throws when it is not one of ours. */
export function readReplyRef(ref: ReplyRef): DiscordReplyRef {
  return schema.parse(ref);
}
