/** A reply where nothing can be edited (ephemeral messages, response_url): one line at first, then the final answer. */

import type { Message } from '../../core/chat.ts';
import { ReplyGoneError } from '../../core/errors.ts';
import { slackCost } from '../../core/reply/markdown-mentions.ts';
import { createPagedReply, type PageContent } from '../../core/reply/paged-reply.ts';
import { createSplitter } from '../../core/reply/splitter.ts';
import { ResponseUrlError, type SlackApi } from './api.ts';
import { PAGE_LIMIT, renderPage } from './page-blocks.ts';
import type { SlackReplyRef } from './reply-ref.ts';

interface FinalReplyOptions {
  readonly api: SlackApi;
  readonly ref: SlackReplyRef;
  readonly mode: SlackReplyRef['mode'];
  readonly botName: string;
}

export interface FinalReply {
  write(message: Message, final: boolean): Promise<'shown' | 'more'>;
  readonly pageIds: readonly string[];
  readonly announced: boolean;
}

/** A response_url works five times; the first is for the line at the beginning. */
const RESPONSE_PAGES = 4;

export function createFinalReply({ api, ref, mode, botName }: FinalReplyOptions): FinalReply {
  const { channel, threadTs, user, quote, responseUrl } = ref;
  let announced = ref.announced;

  async function send(content: PageContent, index: number, isPrivate: boolean): Promise<void> {
    const page = renderPage(content, index === 0 ? quote : undefined);
    if (mode !== 'response') return api.whisper({ channel, user, ...(threadTs ? { threadTs } : {}) }, page);
    try {
      await api.respond(responseUrl ?? '', page, { private: isPrivate });
    } catch (error) {
      // Used up, or older than half an hour.
      if (error instanceof ResponseUrlError) throw new ReplyGoneError(error.message);
      throw error;
    }
  }

  const pages = createPagedReply({
    limit: PAGE_LIMIT,
    cost: slackCost,
    pageIds: ref.mode === mode ? ref.pages : [],
    async create(content, index) {
      await send(content, index, ref.private);
      return String(index);
    },
    // What was sent is final already.
    edit: async () => undefined,
  });

  /** What four pages hold, and how to get more. */
  function fitted(message: Message): Message {
    if (mode !== 'response') return message;
    const splitter = createSplitter({ limit: PAGE_LIMIT, cost: slackCost });
    splitter.append(message.text);
    const all = splitter.pages();
    const invite = ref.private
      ? []
      : [`Invite me with /invite @${botName} to see answers here while I write them.`];
    const cut = all.length > RESPONSE_PAGES ? ['The rest did not fit: Slack lets me post no more here.'] : [];
    const footnote = [message.footnote, ...cut, ...invite].filter(Boolean).join(' · ');
    const text =
      cut.length > 0
        ? all
            .slice(0, RESPONSE_PAGES)
            .map((page) => page.source)
            .join('')
        : message.text;
    return { ...message, text, ...(footnote ? { footnote } : {}) };
  }

  return {
    get pageIds() {
      return pages.pageIds;
    },
    get announced() {
      return announced;
    },
    async write(message, final) {
      if (final) return pages.write(fitted(message), final);
      if (announced || !message.status) return 'shown';
      const { status, buttons } = message;
      await send({ text: '', status, ...(buttons ? { buttons } : {}) }, 0, true);
      announced = true;
      return 'shown';
    },
  };
}
