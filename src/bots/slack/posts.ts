/** A text as messages that are posted once each, also when an answer of Slack's gets lost, and edited from then on. */

import type { Reply } from '../../core/chat.ts';
import { slackCost } from '../../core/reply/markdown-mentions.ts';
import { createPagedReply } from '../../core/reply/paged-reply.ts';
import { PostUncertainError, type SlackApi } from './api.ts';
import { postLane, updateLane } from './lanes.ts';
import { PAGE_LIMIT, renderPage } from './page-blocks.ts';
import type { SlackReplyRef } from './reply-ref.ts';

/** One way of showing a reply's text; like a reply, but never called with files. */
export interface Showing extends Pick<Reply, 'write' | 'lane'> {
  /** What has changed since the ref it was made from. */
  readonly progress: Partial<SlackReplyRef>;
}

export interface PostsOptions {
  readonly api: SlackApi;
  readonly ref: SlackReplyRef;
  readonly team: string;
  /** Another process may have posted what the ref does not know of. */
  readonly mayExist: boolean;
  /** Looks for a message that was begun in another way than by a post. */
  readonly findBegun?: () => Promise<string | undefined>;
}

export function createPosts({ api, ref, team, mayExist: atFirst, findBegun }: PostsOptions): Showing {
  const { channel, replyId, threadTs, since, quote } = ref;
  let mayExist = atFirst;

  const paged = createPagedReply({
    limit: PAGE_LIMIT,
    cost: slackCost,
    pageIds: ref.pages,
    async create(content, index) {
      const page = renderPage(content, index === 0 ? quote : undefined);
      const target = { channel, replyId, page: index, since, ...(threadTs ? { threadTs } : {}) };
      const found = mayExist ? ((await api.findPost(target)) ?? (await findBegun?.())) : undefined;
      if (found !== undefined) {
        await api.update(channel, found, page);
        return found;
      }
      try {
        const ts = await api.post(target, page);
        mayExist = false;
        return ts;
      } catch (error) {
        if (error instanceof PostUncertainError) mayExist = true;
        throw error;
      }
    },
    edit: (ts, content, index) =>
      api.update(channel, ts, renderPage(content, index === 0 ? quote : undefined)),
    remove: (ts) => api.remove(channel, ts),
  });

  return {
    get lane() {
      return paged.begins ? postLane(channel) : updateLane(team);
    },
    get progress() {
      return { pages: [...paged.pageIds] };
    },
    write: paged.write,
  };
}
