/** A text as messages that are posted once each, also when an answer of Slack's gets lost, and edited from then on. */

import type { Reply } from '../../core/chat.ts';
import { RateLimitedError } from '../../core/errors.ts';
import { slackCost } from '../../core/reply/markdown-mentions.ts';
import { createPagedReply, type PageContent, type PagedReply } from '../../core/reply/paged-reply.ts';
import { EditClosedError, type PostTarget, PostUncertainError, type SlackApi } from './api.ts';
import type { SlackLanes } from './lanes.ts';
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
  readonly lanes: SlackLanes;
  /** Another process may have posted what the ref does not know of. */
  readonly mayExist: boolean;
  /** Looks for a page with this text that was begun in another way than by a post, and is none of those known. */
  readonly findBegun?: (text: string, known: readonly string[]) => Promise<string | undefined>;
}

/** A message that is there already, and shows something unknown. */
class FoundError extends Error {
  readonly ts: string;
  constructor(ts: string) {
    super('the message was there');
    this.ts = ts;
  }
}

export function createPosts({ api, ref, lanes, mayExist: atFirst, findBegun }: PostsOptions): Showing {
  const { channel, threadTs, since, quote } = ref;
  let mayExist = atFirst;
  /** Too old to be edited: the next edit posts what takes their place. */
  const closed = new Set<string>();
  const outdated = [...ref.outdated];
  let paged = open(ref.pages);

  const render = (content: PageContent, index: number) =>
    renderPage(content, index === 0 ? quote : undefined);

  function open(pageIds: readonly string[]): PagedReply {
    return createPagedReply({
      limit: PAGE_LIMIT,
      cost: slackCost,
      pageIds,
      async create(content, index) {
        const target = targetOf(index, ref.replyId);
        const found = mayExist ? await find(target, content.text) : undefined;
        if (found !== undefined) throw new FoundError(found);
        return post(target, render(content, index));
      },
      async edit(ts, content, index) {
        if (closed.has(ts)) return replace(ts, content, index);
        await api.update(channel, ts, render(content, index));
        return undefined;
      },
      remove: (ts) => api.remove(channel, ts),
    });
  }

  function targetOf(page: number, replyId: string): PostTarget {
    return { channel, replyId, page, since, ...(threadTs ? { threadTs } : {}) };
  }

  async function find(target: PostTarget, text: string): Promise<string | undefined> {
    const found = await api.findPost(target);
    return found ?? (await findBegun?.(text, paged.pageIds));
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

  async function replace(ts: string, content: PageContent, index: number): Promise<string> {
    const target = targetOf(index, `${ref.replyId}/${ts}`);
    const page = render(content, index);
    const found = mayExist ? await api.findPost(target) : undefined;
    if (found !== undefined) await api.update(channel, found, page);
    const id = found ?? (await post(target, page));
    closed.delete(ts);
    outdated.push(ts);
    return id;
  }

  /** It says that the answer is still being written; where it can't be deleted, that stays so. */
  async function removeOutdated(): Promise<void> {
    try {
      await api.remove(channel, outdated[0] ?? '');
    } catch (error) {
      if (error instanceof RateLimitedError) throw error;
    }
    outdated.shift();
  }

  return {
    get lane() {
      return paged.begins || closed.size > 0 ? lanes.post(channel) : lanes.update();
    },
    get progress() {
      return { pages: [...paged.pageIds], outdated: [...outdated] };
    },
    async write(message, final) {
      if (outdated.length > 0 && closed.size === 0) {
        await removeOutdated();
        return 'more';
      }
      try {
        const outcome = await paged.write(message, final);
        return outdated.length > 0 ? 'more' : outcome;
      } catch (error) {
        if (error instanceof EditClosedError) {
          // What stands behind it would otherwise come to stand before it.
          const ids = paged.pageIds;
          for (const ts of ids.slice(ids.indexOf(error.ts))) closed.add(ts);
          return 'more';
        }
        if (!(error instanceof FoundError)) throw error;
        // To be edited in the next write, which draws from the edits' lane. Behind it there is none that we know nothing of.
        mayExist = false;
        paged = open([...paged.pageIds, error.ts]);
        return 'more';
      }
    },
  };
}
