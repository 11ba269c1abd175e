/** One page of a reply as Slack's blocks, within Slack's limits and pinging nobody. */

import type { types } from '@slack/bolt';
import { readableFormulas } from '../../core/reply/formulas.ts';
import { neutraliseSlack } from '../../core/reply/markdown-mentions.ts';
import type { PageContent } from '../../core/reply/paged-reply.ts';
import { escapeMrkdwn, shorten } from './text.ts';

type KnownBlock = types.KnownBlock;

/** Markdown blocks take 12,000 characters per message; what makes mentions harmless and formulas readable needs a little room. */
export const PAGE_LIMIT = 11_000;
const MARKDOWN_LIMIT = 12_000;

/** chat.update takes 4,000 characters of `text`; notifications show far less. */
const FALLBACK_LIMIT = 3000;
const CONTEXT_LIMIT = 2000;
const LABEL_LIMIT = 75;

export interface RenderedPage {
  /** For notifications and screen readers. */
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** A page's text, pinging nobody, its formulas readable where there is room for that. */
export function toSlackMarkdown(text: string): string {
  const readable = neutraliseSlack(readableFormulas(text));
  return readable.length <= MARKDOWN_LIMIT ? readable : neutraliseSlack(text);
}

/** `quote` is plain text in small print above the page: who asked what, where Slack itself does not show it. */
export function renderPage(content: PageContent, quote?: string): RenderedPage {
  const blocks: KnownBlock[] = [];
  if (quote) blocks.push(context(quote));
  if (content.text) blocks.push({ type: 'markdown', text: toSlackMarkdown(content.text) });
  if (content.status) blocks.push(context(content.status));
  if (content.footnote) blocks.push(context(content.footnote));
  if (content.buttons?.length) {
    blocks.push({
      type: 'actions',
      elements: content.buttons.map((button) => ({
        type: 'button',
        text: { type: 'plain_text', text: shorten(button.label, LABEL_LIMIT) },
        action_id: button.id,
        value: button.id,
        ...(button.style === 'secondary' ? {} : { style: button.style }),
      })),
    });
  }
  const plain = content.text || content.status || content.footnote || quote || '…';
  return { text: fallback(plain), blocks };
}

function context(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: fitted(text, CONTEXT_LIMIT) }] };
}

function fallback(text: string): string {
  return fitted(text, FALLBACK_LIMIT);
}

/** Escaped and at most `max` long, with no entity cut in two. */
function fitted(text: string, max: number): string {
  const escaped = escapeMrkdwn(shorten(text, max));
  return escaped.length <= max ? escaped : `${escaped.slice(0, max - 1).replace(/&[a-z]{0,4}$/, '')}…`;
}
