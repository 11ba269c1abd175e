/** A reply on the web: one message of any length, which lives in its conversation. */

import type { Reply, ReplyRef } from '../../core/chat.ts';
import { isId } from './conversation.ts';
import type { Conversations } from './conversations.ts';

/** Nobody limits us here: 20 changes a second look like typing and cost little. */
const WRITES_PER_SECOND = 20;

export function createWebReply(conversations: Conversations, conversation: string, replyId: string): Reply {
  return {
    ref: { surface: 'web', conversation, replyId },
    lane: { key: `web:${replyId}`, slots: WRITES_PER_SECOND, windowMs: 1000 },
    async write(message, final) {
      await conversations.show(conversation, replyId, message, final);
      return 'shown';
    },
  };
}

/** The reply behind a stored ref. Throws when the ref is not one of ours. */
export function reopenWebReply(conversations: Conversations, ref: ReplyRef): Reply {
  const { conversation, replyId } = ref;
  if (!isId(conversation) || !isId(replyId)) throw new Error('not a reply of the web page');
  return createWebReply(conversations, conversation, replyId);
}
