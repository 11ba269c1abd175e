/** What is stored of a reply on Slack, so that another process can go on writing it. */

import { z } from 'zod';
import type { ReplyRef } from '../../core/chat.ts';

const schema = z.object({
  surface: z.literal('slack'),
  /**
   * `posts`: messages in the channel, edited as they grow. `stream`: in a direct conversation, streamed; edited where that
   * is not possible. `ephemeral`: for one person, and final when posted. `response`: through a response_url, where the bot
   * is no member; final when posted.
   */
  mode: z.enum(['posts', 'stream', 'ephemeral', 'response']),
  /** Goes with every post as metadata, to find it again when its answer was lost. */
  replyId: z.string().min(1),
  /** Whose slots its replies share: the app in the workspace. */
  bot: z.string().optional(),
  channel: z.string().min(1),
  threadTs: z.string().optional(),
  /** Who asked; of an announcement, the bot. */
  user: z.string(),
  /** When it was asked for, ms: its posts are not older. */
  since: z.number(),
  /** The answer is for the asker alone. */
  private: z.boolean(),
  /** Small print above the first page. */
  quote: z.string().optional(),
  responseUrl: z.string().optional(),
  /** Where nothing can be edited: the asker has been told that the answer is on its way. */
  announced: z.boolean(),
  /** Timestamps of the messages so far; only counted where nothing can be edited. */
  pages: z.array(z.string()),
  /** Messages that could not be edited any more, and are to be deleted: others have taken their place. */
  outdated: z.array(z.string()).default([]),
  /** The message that is being streamed. */
  live: z.string().optional(),
  /** The agent's session is shown as at work, with its Stop button. */
  session: z.boolean().default(false),
  /** The asker's conversation with the bot, where what has no room in the channel went. */
  direct: z.string().optional(),
  /** Files that lie at Slack, by the ids we gave them; nobody sees them yet unless they are `shared`. */
  uploads: z.record(z.string(), z.string()).default({}),
  shared: z.array(z.string()).default([]),
  /** How often uploading or showing a file was tried in vain. */
  fileTries: z.record(z.string(), z.number()).default({}),
  /** Why the files are missing, in a sentence. */
  filesRefused: z.string().optional(),
});

export type SlackReplyRef = z.infer<typeof schema>;

/** Reads a stored ref; throws when it is none of ours. */
export function readReplyRef(ref: ReplyRef): SlackReplyRef {
  return schema.parse(ref);
}
