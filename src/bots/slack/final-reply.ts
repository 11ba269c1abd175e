/** A reply where nothing can be edited (ephemeral messages, response_url): one line at first, then the final answer. */

import type { Message } from '../../core/chat.ts';
import { ReplyGoneError } from '../../core/errors.ts';
import { slackCost } from '../../core/reply/markdown-mentions.ts';
import { createPagedReply, type PageContent } from '../../core/reply/paged-reply.ts';
import { createSplitter } from '../../core/reply/splitter.ts';
import { PostUncertainError, ResponseUrlError, type SlackApi } from './api.ts';
import type { SlackLanes } from './lanes.ts';
import { PAGE_LIMIT, renderPage } from './page-blocks.ts';
import type { Showing } from './posts.ts';
import type { SlackReplyRef } from './reply-ref.ts';

interface FinalReplyOptions {
  readonly api: SlackApi;
  readonly ref: SlackReplyRef;
  readonly lanes: SlackLanes;
  readonly botName: string;
  /** The asker's conversation with the bot, where goes what has no room here. */
  readonly direct: () => Promise<string>;
  /** There will be files, in that conversation. */
  readonly hasFiles: () => boolean;
}

export interface FinalReply extends Showing {
  /** One more line for the asker. */
  tell(sentence: string): Promise<void>;
}

/** A response_url works five times; the first is for the line at the beginning. */
const RESPONSE_PAGES = 4;

export function createFinalReply(options: FinalReplyOptions): FinalReply {
  const { api, ref, lanes, botName } = options;
  const { channel, threadTs, user, quote, responseUrl, replyId, since } = ref;
  const inResponse = ref.mode === 'response';
  let { announced } = ref;
  let pageCount = 0;
  /** A page in the direct conversation may be there although no answer came, to us or to a process that died. */
  let mayExist = ref.pages.length >= RESPONSE_PAGES;

  async function send(content: PageContent, index: number, isPrivate: boolean): Promise<string> {
    const page = renderPage(content, index === 0 ? quote : undefined);
    if (!inResponse) await api.whisper({ channel, user, ...(threadTs ? { threadTs } : {}) }, page);
    else if (index < RESPONSE_PAGES) await respond(page, isPrivate);
    else return postDirectly(page, index);
    return String(index);
  }

  async function respond(page: ReturnType<typeof renderPage>, isPrivate: boolean): Promise<void> {
    try {
      await api.respond(responseUrl ?? '', page, { private: isPrivate });
    } catch (error) {
      // Used up, or older than half an hour.
      if (error instanceof ResponseUrlError) throw new ReplyGoneError(error.message);
      throw error;
    }
  }

  async function postDirectly(page: ReturnType<typeof renderPage>, index: number): Promise<string> {
    const target = { channel: await options.direct(), replyId, page: index, since };
    const found = mayExist ? await api.findPost(target) : undefined;
    if (found !== undefined) return found;
    try {
      return await api.post(target, page);
    } catch (error) {
      mayExist ||= error instanceof PostUncertainError;
      throw error;
    }
  }

  /** What a page says about the rest and the files, and how to see answers here. */
  function remarks(index: number): string[] {
    const lastHere = inResponse && index === Math.min(pageCount, RESPONSE_PAGES) - 1;
    const whose = ref.private ? 'your' : 'the';
    const to = ref.private ? 'direct messages with me' : 'direct messages of whoever asked';
    const rest = lastHere && pageCount > RESPONSE_PAGES ? [`The rest is in ${whose} ${to}.`] : [];
    const files = index === pageCount - 1 && options.hasFiles() ? [`The files are in ${whose} ${to}.`] : [];
    const invite =
      lastHere && !ref.private
        ? [`Invite me with /invite @${botName} to see answers here while I write them.`]
        : [];
    return [...rest, ...files, ...invite];
  }

  const pages = createPagedReply({
    limit: PAGE_LIMIT,
    cost: slackCost,
    pageIds: ref.pages,
    async create(content, index) {
      const footnote = [content.footnote, ...remarks(index)].filter(Boolean).join(' · ');
      return send({ ...content, ...(footnote ? { footnote } : {}) }, index, ref.private);
    },
    // What was sent is final already.
    edit: async () => undefined,
  });

  return {
    get lane() {
      return inResponse ? lanes.post(channel) : lanes.whisper();
    },
    get progress() {
      return { pages: [...pages.pageIds], announced };
    },
    async tell(sentence) {
      await send({ text: sentence }, pageCount, true);
    },
    async write(message, final) {
      if (final) {
        pageCount = countPages(message);
        return pages.write(message, final);
      }
      if (announced || !message.status) return 'shown';
      const { status, buttons } = message;
      await send({ text: '', status, ...(buttons ? { buttons } : {}) }, 0, true);
      announced = true;
      return 'shown';
    },
  };
}

function countPages(message: Message): number {
  const splitter = createSplitter({ limit: PAGE_LIMIT, cost: slackCost });
  splitter.append(message.text);
  return Math.max(1, splitter.pages().filter((page) => page.text !== '').length);
}
