/** Every conversation's present state: what this process writes at once, what other processes wrote as stored. */

import type { Message } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import { describeError, type Log } from '../../core/log.ts';
import type { Exchange, Question } from './conversation.ts';
import { createExchangeStore, type KeyValueStore } from './exchange-store.ts';
import type { ShownFiles } from './shown-files.ts';

/** While an answer streams it is stored this often; its end always is. A run that is taken over writes its text again anyway. */
const SAVE_INTERVAL_MS = 500;

export type ExchangeListener = (exchange: Exchange) => void;

export interface Conversations {
  /** Stores the question with an empty answer. Does nothing when this exchange exists, so a repeated request is harmless. */
  begin(conversation: string, replyId: string, question: Question): Promise<void>;
  /** Shows this message as the answer, now, to everyone who looks. Throws when a final one could not be stored. */
  show(conversation: string, replyId: string, message: Message, final: boolean): Promise<void>;
  /** One exchange as it stands; undefined when it is not kept. */
  find(conversation: string, replyId: string): Promise<Exchange | undefined>;
  /** A conversation's exchanges, oldest first, as far as they are still kept; those with an id in `known` are left out. */
  exchanges(conversation: string, known?: ReadonlySet<string>): Promise<readonly Exchange[]>;
  /** Calls `listener` for every change that this process makes; returns what ends it. */
  listen(conversation: string, listener: ExchangeListener): () => void;
}

export function createConversations(options: {
  readonly store: KeyValueStore;
  readonly files: ShownFiles;
  readonly clock: Clock;
  readonly log: Log;
}): Conversations {
  const { files, clock, log } = options;
  const store = createExchangeStore(options.store, clock);
  /** Answers this process is writing, and when each was last stored. */
  const open = new Map<string, { exchange: Exchange; savedAt: number }>();
  const listeners = new Map<string, Set<ExchangeListener>>();

  const keyOf = (conversation: string, replyId: string) => `${conversation}/${replyId}`;

  function tell(conversation: string, exchange: Exchange): void {
    for (const listener of listeners.get(conversation) ?? []) listener(exchange);
  }

  async function add(conversation: string, exchange: Exchange): Promise<void> {
    open.set(keyOf(conversation, exchange.replyId), { exchange, savedAt: clock.now() });
    tell(conversation, exchange);
    await store.save(conversation, exchange);
    await store.add(conversation, exchange.replyId);
  }

  async function openExchange(
    conversation: string,
    replyId: string,
  ): Promise<{ exchange: Exchange; savedAt: number }> {
    const known = open.get(keyOf(conversation, replyId));
    if (known) return known;
    const stored = await store.load(conversation, replyId);
    const exchange = stored ?? emptyExchange(replyId, { text: '' }, clock.now());
    if (!stored) await add(conversation, exchange);
    const opened = { exchange, savedAt: clock.now() };
    open.set(keyOf(conversation, replyId), opened);
    return opened;
  }

  async function find(conversation: string, replyId: string): Promise<Exchange | undefined> {
    const stored = await store.load(conversation, replyId);
    const ours = open.get(keyOf(conversation, replyId))?.exchange;
    // Newer in the store means that another process has taken the answer over.
    return ours && ours.version >= (stored?.version ?? 0) ? ours : stored;
  }

  return {
    async begin(conversation, replyId, question) {
      if (open.has(keyOf(conversation, replyId)) || (await store.load(conversation, replyId))) return;
      await add(conversation, emptyExchange(replyId, question, clock.now()));
    },

    async show(conversation, replyId, message, final) {
      const { exchange, savedAt } = await openExchange(conversation, replyId);
      const { files: given = [], ...rest } = message;
      const kept = await files.keep(conversation, replyId, given);
      const next: Exchange = {
        ...exchange,
        message: { ...rest, ...(kept.length > 0 && { files: kept }) },
        final,
        version: Math.max(exchange.version + 1, clock.now()),
      };
      const due = final || clock.now() - savedAt >= SAVE_INTERVAL_MS;
      open.set(keyOf(conversation, replyId), { exchange: next, savedAt: due ? clock.now() : savedAt });
      tell(conversation, next);
      if (!due) return;
      try {
        await store.save(conversation, next);
      } catch (error) {
        if (final) throw error;
        log.warn({ error: describeError(error) }, 'an unfinished answer could not be stored');
        return;
      }
      if (final) open.delete(keyOf(conversation, replyId));
    },

    find,

    async exchanges(conversation, known = new Set()) {
      const ids = (await store.ids(conversation)).filter((id) => !known.has(id));
      const all = await Promise.all(ids.map((id) => find(conversation, id)));
      return all.filter((exchange) => exchange !== undefined);
    },

    listen(conversation, listener) {
      const group = listeners.get(conversation) ?? new Set();
      listeners.set(conversation, group.add(listener));
      return () => {
        group.delete(listener);
        if (group.size === 0) listeners.delete(conversation);
      };
    },
  };
}

function emptyExchange(replyId: string, { text, files = [] }: Question, askedAt: number): Exchange {
  return {
    replyId,
    question: text,
    ...(files.length > 0 && { askedFiles: files }),
    askedAt,
    message: { text: '' },
    final: false,
    version: 0,
  };
}
