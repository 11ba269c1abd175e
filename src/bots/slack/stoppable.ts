/** What the replies of this process show that their people can stop in Slack's own way, by thread. */

import type { Message } from '../../core/chat.ts';

export interface Stoppable {
  /** The newest message of a reply, or that there is nothing left to stop. */
  set(
    reply: { channel: string; threadTs?: string | undefined; replyId: string },
    message: Message | undefined,
  ): void;
  inThread(channel: string, threadTs: string): readonly Message[];
}

export function createStoppable(): Stoppable {
  const threads = new Map<string, Map<string, Message>>();
  return {
    set({ channel, threadTs, replyId }, message) {
      const key = `${channel}:${threadTs}`;
      const replies = threads.get(key) ?? new Map<string, Message>();
      if (message) replies.set(replyId, message);
      else replies.delete(replyId);
      if (replies.size > 0) threads.set(key, replies);
      else threads.delete(key);
    },
    inThread: (channel, threadTs) => [...(threads.get(`${channel}:${threadTs}`)?.values() ?? [])],
  };
}
