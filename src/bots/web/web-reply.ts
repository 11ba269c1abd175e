/** A reply on the web: one message of any length, which lives in its conversation. */

import type { Reply, ReplyRef } from '../../core/chat.ts';
import { isId } from './conversation.ts';
import type { Conversations } from './conversations.ts';
import { fileLimits } from './shown-files.ts';

/** Nobody limits us here: 20 changes a second look like typing and cost little. */
const WRITES_PER_SECOND = 20;

/** `question` is what a new exchange begins with; one that exists keeps its own. */
export function createWebReply(
  conversations: Conversations,
  { conversation, replyId, question = '' }: { conversation: string; replyId: string; question?: string },
): Reply {
  return {
    ref: { surface: 'web', conversation, replyId, ...(question !== '' && { question }) },
    lane: { key: `web:${replyId}`, slots: WRITES_PER_SECOND, windowMs: 1000 },
    fileLimits,
    async write(message, final) {
      await conversations.begin(conversation, replyId, { text: question });
      await conversations.show(conversation, replyId, message, final);
      return 'shown';
    },
  };
}

/** The reply behind a stored ref. Throws when the ref is not one of ours. */
export function reopenWebReply(conversations: Conversations, ref: ReplyRef): Reply {
  const { conversation, replyId, question } = ref;
  if (!isId(conversation) || !isId(replyId)) throw new Error('not a reply of the web page');
  return createWebReply(conversations, {
    conversation,
    replyId,
    ...(typeof question === 'string' && { question }),
  });
}
