/** A text as messages that are posted once each, also when an answer of Slack's gets lost, and edited from then on. */

import type { Reply } from '../../core/chat.ts';
import { slackCost } from '../../core/reply/markdown-mentions.ts';
import { createPagedReply, type PagedReply } from '../../core/reply/paged-reply.ts';
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

/** A message that is there already, and shows something unknown. */
class FoundError extends Error {
  readonly ts: string;
  constructor(ts: string) {
    super('the message was there');
    this.ts = ts;
  }
}

export function createPosts({ api, ref, team, mayExist: atFirst, findBegun }: PostsOptions): Showing {
  const { channel, replyId, threadTs, since, quote } = ref;
  let mayExist = atFirst;
  let paged = open(ref.pages);

  function open(pageIds: readonly string[]): PagedReply {
    return createPagedReply({
      limit: PAGE_LIMIT,
      cost: slackCost,
      pageIds,
      async create(content, index) {
        const target = { channel, replyId, page: index, since, ...(threadTs ? { threadTs } : {}) };
        const found = mayExist ? ((await api.findPost(target)) ?? (await findBegun?.())) : undefined;
        if (found !== undefined) throw new FoundError(found);
        return post(target, renderPage(content, index === 0 ? quote : undefined));
      },
      edit: (ts, content, index) =>
        api.update(channel, ts, renderPage(content, index === 0 ? quote : undefined)),
      remove: (ts) => api.remove(channel, ts),
    });
  }

  async function post(...request: Parameters<SlackApi['post']>): Promise<string> {
    try {
      const ts = await api.post(...request);
      mayExist = false;
      return ts;
    } catch (error) {
      if (error instanceof PostUncertainError) mayExist = true;
      throw error;
    }
  }

  return {
    get lane() {
      return paged.begins ? postLane(channel) : updateLane(team);
    },
    get progress() {
      return { pages: [...paged.pageIds] };
    },
    async write(message, final) {
      try {
        return await paged.write(message, final);
      } catch (error) {
        if (!(error instanceof FoundError)) throw error;
        // To be edited in the next write, which draws from the edits' lane.
        paged = open([...paged.pageIds, error.ts]);
        return 'more';
      }
    },
  };
}
