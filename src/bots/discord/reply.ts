/** The Reply port on Discord: pages of at most 2000 characters, small print below, one request per write. */

import type { Lane, Message, Reply } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import { createPagedReply } from '../../core/reply/paged-reply.ts';
import type { MessageApi } from './message-api.ts';
import { pageTextLimit } from './page-text.ts';
import { createPages } from './pages.ts';
import type { DiscordReplyRef } from './reply-ref.ts';

export interface DiscordReplyOptions {
  readonly api: MessageApi;
  readonly clock: Clock;
  readonly ref: DiscordReplyRef;
  /** Whether another process, or an earlier life of this one, has written to it. */
  readonly reopened: boolean;
  /** After every write that went well. */
  readonly onWritten?: OnWritten | undefined;
}

export type OnWritten = (message: Message, outcome: 'shown' | 'more', final: boolean) => void;

export function createDiscordReply(options: DiscordReplyOptions): Reply {
  const { api, clock, ref, reopened } = options;
  const pages = createPages({ send: api.open(), clock, ref, reopened });
  let final = false;
  const paged = createPagedReply({
    limit: pageTextLimit,
    pageIds: ref.pages.map((page) => page.id),
    async create(content, index) {
      await pages.show(index, content, final);
      return pages.ref.pages[index]?.id ?? '';
    },
    edit: (_pageId, content, index) => pages.show(index, content, final),
    remove: () => pages.removeLast(),
  });
  return {
    get ref() {
      return pages.ref;
    },
    get lane(): Lane {
      const { interaction, channelId } = pages.ref;
      return interaction && pages.throughInteraction()
        ? { key: `discord:interaction:${interaction.id}`, ...api.rate('interaction') }
        : { key: `discord:channel:${channelId}`, ...api.rate('channel') };
    },
    get fileLimits() {
      return pages.fileLimits;
    },
    pageLength: pageTextLimit,
    async write(message, isFinal) {
      final = isFinal;
      const outcome = await paged.write(message, isFinal);
      options.onWritten?.(message, outcome, isFinal);
      return outcome;
    },
  };
}
