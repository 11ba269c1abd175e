/** What a Discord reply keeps between processes: where its messages and files are, and the interaction token while it lives. */

import { z } from 'zod';
import type { ReplyRef } from '../../core/chat.ts';

/** Interaction tokens live 15 minutes (Discord); we stop using them half a minute earlier, to be on the safe side of clocks. */
export const tokenLivesMs = 15 * 60_000 - 30_000;

const interaction = z.object({
  id: z.string(),
  applicationId: z.string(),
  token: z.string(),
  expiresAt: z.number(),
  ephemeral: z.boolean(),
  /** The bot is not in the place itself: the person brought the app along. */
  guest: z.boolean().optional(),
  /** All its messages are follow-ups, since its first response was none: a button was pressed. */
  followUpsOnly: z.boolean().optional(),
  /** Discord takes no more follow-ups. */
  full: z.boolean().optional(),
  maxFileBytes: z.number().optional(),
});

const schema = z.object({
  surface: z.literal('discord'),
  kind: z.enum(['interaction', 'channel']),
  /** Random: what the nonces of this reply's messages are made from, so that none is created twice. */
  replyId: z.string(),
  channelId: z.string(),
  /** Who asked: an answer that outlives an interaction nobody else may see goes to them directly. */
  userId: z.string().optional(),
  replyTo: z.string().optional(),
  /** When it was begun, ms: its messages are not older. */
  since: z.number().optional(),
  /** The messages so far, first page first, and through which door each was made and can be edited. */
  pages: z.array(z.object({ id: z.string(), via: z.enum(['interaction', 'bot']) })),
  interaction: interaction.optional(),
  /** The page that was begun anew as a message of the bot, after the interaction had closed, and why that was. */
  continuedAt: z.number().optional(),
  continuedWhy: z.enum(['expired', 'full']).optional(),
  /** What was uploaded: the file's id, and the attachment that it became on which page. */
  files: z.array(z.object({ id: z.string(), page: z.number(), attachmentId: z.string() })).optional(),
  /** How often that was tried in vain, by the file's id. */
  uploadTries: z.record(z.string(), z.number()).optional(),
  /** What is not tried any more. */
  refusedFiles: z
    .array(z.object({ id: z.string(), why: z.enum(['too large', 'unreadable', 'failed']) }))
    .optional(),
});

export type DiscordReplyRef = z.infer<typeof schema>;

/** Checks a stored ref. Throws when it is not one of ours. */
export function readReplyRef(ref: ReplyRef): DiscordReplyRef {
  return schema.parse(ref);
}
