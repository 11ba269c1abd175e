/** What one connected page has seen of each exchange, so that only the blocks that changed travel. */

import type { Button } from '../../core/chat.ts';
import type { AskedFile, Exchange, ShownFile } from './conversation.ts';
import { createGrowingDocument, type GrowingDocument } from './growing-document.ts';
import { createMarkdownRenderer } from './markdown.ts';

/** One event for the page: keep the answer's first `from` blocks and put `blocks` (safe HTML) after them. */
export interface ExchangeChange {
  readonly replyId: string;
  readonly question: string;
  readonly askedFiles: readonly AskedFile[];
  readonly from: number;
  readonly blocks: readonly string[];
  readonly status?: string;
  readonly footnote?: string;
  readonly buttons: readonly Button[];
  readonly files: readonly ShownFile[];
  readonly final: boolean;
}

export interface ExchangeChanges {
  /** False for a state the page has seen, or an older one. */
  isNew(exchange: Exchange): boolean;
  next(exchange: Exchange): ExchangeChange;
  /** The ids of those seen to their end. */
  readonly finished: ReadonlySet<string>;
  /** False the first time it is asked. */
  started(): boolean;
}

export function createExchangeChanges(): ExchangeChanges {
  const renderer = createMarkdownRenderer();
  const seen = new Map<string, { version: number; blocks: readonly string[]; document: GrowingDocument }>();
  const finished = new Set<string>();
  let started = false;

  return {
    finished,
    isNew: (exchange) => exchange.version > (seen.get(exchange.replyId)?.version ?? -1),
    next(exchange) {
      const { replyId, question, message, final, version } = exchange;
      const before = seen.get(replyId) ?? { blocks: [], document: createGrowingDocument(renderer) };
      const blocks = before.document.render(message.text, !final);
      const changed = blocks.findIndex((block, index) => block !== before.blocks[index]);
      const from = changed === -1 ? Math.min(blocks.length, before.blocks.length) : changed;
      seen.set(replyId, { version, blocks, document: before.document });
      if (final) finished.add(replyId);
      return {
        replyId,
        question,
        askedFiles: exchange.askedFiles ?? [],
        from,
        blocks: blocks.slice(from),
        ...(message.status === undefined ? {} : { status: message.status }),
        ...(message.footnote === undefined ? {} : { footnote: message.footnote }),
        buttons: message.buttons ?? [],
        files: message.files ?? [],
        final,
      };
    },
    started() {
      const before = started;
      started = true;
      return before;
    },
  };
}
