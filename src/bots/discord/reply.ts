/** The Reply port on Discord: pages of at most 2000 characters, small print below, one request per write. */

import type { REST } from 'discord.js';
import type { Lane, Reply } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import { createPagedReply, type PageContent } from '../../core/reply/paged-reply.ts';
import { continuedNotice, createPages } from './pages.ts';
import type { DiscordReplyRef } from './reply-ref.ts';

/** Discord's limit of a message, and what we keep free of it for status and footnote. */
const contentLimit = 2000;
const smallPrintRoom = 300;

/** Discord's reported rates: five writes in five seconds per interaction token, and per channel. */
const laneRate = { slots: 5, windowMs: 5000 };

export interface DiscordReplyOptions {
  readonly rest: REST;
  readonly clock: Clock;
  readonly ref: DiscordReplyRef;
  /** Whether another process, or an earlier life of this one, has written to it. */
  readonly reopened: boolean;
}

export function createDiscordReply(options: DiscordReplyOptions): Reply {
  const pages = createPages(options);
  const paged = createPagedReply({
    limit: contentLimit - smallPrintRoom - continuedNotice.length,
    pageIds: options.ref.pages.map((page) => page.id),
    async create(content, index) {
      await pages.show(index, contentText(content), content.buttons ?? []);
      return pages.ref.pages[index]?.id ?? '';
    },
    edit: (_pageId, content, index) => pages.show(index, contentText(content), content.buttons ?? []),
    remove: () => pages.removeLast(),
  });
  return {
    get ref() {
      return pages.ref;
    },
    get lane(): Lane {
      const { ref } = pages;
      const key =
        ref.interaction && pages.tokenAlive()
          ? `discord:interaction:${ref.interaction.id}`
          : `discord:channel:${ref.channelId}`;
      return { key, ...laneRate };
    },
    write: (message, final) => paged.write(message, final),
  };
}

/** A page as Discord's markdown: the text, then status or footnote as small print. */
function contentText(content: PageContent): string {
  const smallPrint = [content.status, content.footnote]
    .flatMap((line) => (line ? [`-# ${line.replaceAll(/\s+/g, ' ')}`] : []))
    .join('\n');
  const fitting =
    smallPrint.length < smallPrintRoom ? smallPrint : `${smallPrint.slice(0, smallPrintRoom - 3)}…`;
  return [content.text, fitting].filter((part) => part !== '').join('\n');
}
