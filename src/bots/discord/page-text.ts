/** What a page says in Discord's markdown: the text, then status, footnote and notices as small print. */

import type { PageContent } from '../../core/reply/paged-reply.ts';
import { toDiscordMarkdown } from './markdown.ts';

/** Discord's limit of a message, and what is kept free of it for what stands around the text. */
const contentLimit = 2000;
const smallPrintRoom = 300;

/** Stands above the first page that had to become a message of its own. */
const continued = {
  expired: '-# Continued here, because Discord closed the original reply after 15 minutes.\n',
  full: '-# Continued here, because Discord allows an app that is a guest only five more messages.\n',
} as const;

/** Said in small print under a page, beside what the core has to say. */
export const notices = {
  closingSoon: 'Discord closes this reply soon. What is missing then comes as a direct message.',
  restElsewhere: 'The rest is in your direct messages.',
  cutHere:
    'Cut here: Discord allows a guest no more messages. Ask in a server that has the bot, or directly.',
} as const;

/** How long a page's text may be. */
export const pageTextLimit = contentLimit - smallPrintRoom - continued.full.length;

export function pageText(
  content: PageContent,
  around: { readonly continuedWhy?: 'expired' | 'full' | undefined; readonly notice?: string | undefined },
): string {
  const above = around.continuedWhy ? continued[around.continuedWhy] : '';
  const smallPrint = [content.status, content.footnote, around.notice]
    .flatMap((line) => (line ? [`-# ${line.replaceAll(/\s+/g, ' ')}`] : []))
    .join('\n');
  const fitting =
    smallPrint.length < smallPrintRoom ? smallPrint : `${smallPrint.slice(0, smallPrintRoom - 3)}…`;
  const room = contentLimit - above.length - fitting.length - 1;
  const text = toDiscordMarkdown(content.text, room).trimEnd();
  return above + [text, fitting].filter((part) => part !== '').join('\n');
}
