/** A reply on Slack: messages in the channel that grow, or, where nothing can be edited, one final answer. */

import type { Lane, Message, Reply } from '../../core/chat.ts';
import { ReplyGoneError } from '../../core/errors.ts';
import { slackCost } from '../../core/reply/markdown-mentions.ts';
import { createPagedReply, type PagedReply } from '../../core/reply/paged-reply.ts';
import { NotMemberError, PostUncertainError, type SlackApi } from './api.ts';
import { createFinalReply } from './final-reply.ts';
import { PAGE_LIMIT, renderPage } from './page-blocks.ts';
import type { SlackReplyRef } from './reply-ref.ts';

export interface SlackReplyOptions {
  readonly api: SlackApi;
  readonly ref: SlackReplyRef;
  /** The workspace, whose chat.update slots all replies share. */
  readonly team: string;
  /** What people write behind /invite. */
  readonly botName: string;
  /** The ref comes from storage: what was posted since then is not known. */
  readonly reopened: boolean;
}

/** chat.update is Tier 3, 50 per minute for the whole workspace (Slack, "Rate limits"). */
function updateLane(team: string): Lane {
  return { key: `slack:update:${team}`, slots: 50, windowMs: 60_000 };
}

/** Where the bot turns out to be no member, the reply goes on through the slash command's response_url, if there is one. */
export function createSlackReply(options: SlackReplyOptions): Reply {
  const { api, team, ref } = options;
  let mode = ref.mode;
  const posts = createPosts(options);
  let final = createFinalReply({ ...options, mode });

  async function writePosts(message: Message, isFinal: boolean): Promise<'shown' | 'more'> {
    try {
      return await posts.write(message, isFinal);
    } catch (error) {
      if (!(error instanceof NotMemberError)) throw error;
      if (!ref.responseUrl || posts.pageIds.length > 0) throw new ReplyGoneError(error.message);
      useResponseUrl();
      return 'more';
    }
  }

  function useResponseUrl(): void {
    mode = 'response';
    final = createFinalReply({ api, botName: options.botName, ref, mode });
  }

  return {
    lane: updateLane(team),
    get ref() {
      return mode === 'posts'
        ? { ...ref, mode, pages: posts.pageIds }
        : { ...ref, mode, pages: final.pageIds, announced: final.announced };
    },
    async write(message, isFinal) {
      if (mode === 'posts') return writePosts(message, isFinal);
      try {
        return await final.write(message, isFinal);
      } catch (error) {
        if (!(error instanceof NotMemberError)) throw error;
        if (!ref.responseUrl || mode === 'response') throw new ReplyGoneError(error.message);
        useResponseUrl();
        return 'more';
      }
    },
  };
}

/** Messages that are posted once each, also when an answer of Slack's gets lost, and edited from then on. */
function createPosts({ api, ref, reopened }: SlackReplyOptions): PagedReply {
  const { channel, replyId, threadTs, since, quote } = ref;
  let mayExist = reopened;
  return createPagedReply({
    limit: PAGE_LIMIT,
    cost: slackCost,
    pageIds: ref.mode === 'posts' ? ref.pages : [],
    async create(content, index) {
      const page = renderPage(content, index === 0 ? quote : undefined);
      const target = { channel, replyId, page: index, since, ...(threadTs ? { threadTs } : {}) };
      if (mayExist) {
        const found = await api.findPost(target);
        if (found !== undefined) {
          await api.update(channel, found, page);
          return found;
        }
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
}
