/** What is stored of a reply on Slack, so that another process can go on writing it. */

import type { ReplyRef } from '../../core/chat.ts';

export interface SlackReplyRef extends ReplyRef {
  readonly surface: 'slack';
  /**
   * `posts`: messages in the channel, edited as they grow. `ephemeral`: for one person, and final when posted.
   * `response`: through a slash command's response_url, where the bot is no member; final when posted.
   */
  readonly mode: 'posts' | 'ephemeral' | 'response';
  /** Goes with every post as metadata, to find it again when its answer was lost. */
  readonly replyId: string;
  readonly channel: string;
  readonly threadTs?: string;
  /** Who asked. */
  readonly user: string;
  /** When it was asked for, ms: its posts are not older. */
  readonly since: number;
  /** The answer is for the asker alone. */
  readonly private: boolean;
  /** Small print above the first page. */
  readonly quote?: string;
  readonly responseUrl?: string;
  /** Where nothing can be edited: the asker has been told that the answer is on its way. */
  readonly announced: boolean;
  /** Timestamps of the messages so far; only counted where nothing can be edited. */
  readonly pages: readonly string[];
}

/** Reads a stored ref; throws TypeError when it is none of ours. */
export function readReplyRef(ref: ReplyRef): SlackReplyRef {
  const { mode, replyId, channel, threadTs, user, quote, responseUrl, pages, since, announced } = ref;
  const known = mode === 'posts' || mode === 'ephemeral' || mode === 'response';
  if (ref.surface !== 'slack' || !known || !isText(replyId) || !isText(channel) || !isText(user)) {
    throw new TypeError('this is not the ref of a reply on Slack');
  }
  return {
    surface: 'slack',
    mode,
    replyId,
    channel,
    user,
    since: typeof since === 'number' ? since : 0,
    private: ref.private === true,
    announced: announced === true,
    pages: Array.isArray(pages) ? pages.filter(isText) : [],
    ...(isText(threadTs) ? { threadTs } : {}),
    ...(isText(quote) ? { quote } : {}),
    ...(isText(responseUrl) ? { responseUrl } : {}),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
