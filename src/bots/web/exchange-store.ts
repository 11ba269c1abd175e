/** Conversations kept where a reload and another process find them. Each exchange has its own key, since each has one writer. */

import type { Clock } from '../../core/clock.ts';
import type { Exchange } from './conversation.ts';

/** A Keyv fits. Values are plain JSON; `ttlMs` is how long they are kept. */
export interface KeyValueStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttlMs: number): Promise<unknown>;
}

/** The page shows this many exchanges of a conversation, the newest. */
const KEPT_EXCHANGES = 100;
export const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** A store that is down may never answer: Keyv waits for Redis without end. */
const STORE_TIMEOUT_MS = 3_000;

export interface ExchangeStore {
  /** The ids of a conversation's exchanges, oldest first. */
  ids(conversation: string): Promise<readonly string[]>;
  /** Appends to the conversation unless it is there already. */
  add(conversation: string, replyId: string): Promise<void>;
  load(conversation: string, replyId: string): Promise<Exchange | undefined>;
  save(conversation: string, exchange: Exchange): Promise<void>;
}

/** Every method throws when the store does not answer in time or refuses. */
export function createExchangeStore(store: KeyValueStore, clock: Clock): ExchangeStore {
  const indexKey = (conversation: string) => `web:conversation:${conversation}`;
  const exchangeKey = (conversation: string, replyId: string) => `web:exchange:${conversation}:${replyId}`;

  async function write(key: string, value: unknown): Promise<void> {
    const stored = await inTime(store.set(key, value, KEPT_MS), clock);
    // Keyv says false instead of throwing.
    if (stored === false) throw new Error('the store refused a conversation');
  }

  async function ids(conversation: string): Promise<readonly string[]> {
    const stored = await inTime(store.get(indexKey(conversation)), clock);
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string') : [];
  }

  return {
    ids,
    async add(conversation, replyId) {
      const before = await ids(conversation);
      if (before.includes(replyId)) return;
      await write(indexKey(conversation), [...before, replyId].slice(-KEPT_EXCHANGES));
    },
    async load(conversation, replyId) {
      const stored = await inTime(store.get(exchangeKey(conversation, replyId)), clock);
      return isExchange(stored) ? stored : undefined;
    },
    save: (conversation, exchange) => write(exchangeKey(conversation, exchange.replyId), exchange),
  };
}

function isExchange(stored: unknown): stored is Exchange {
  return typeof stored === 'object' && stored !== null && 'replyId' in stored && 'message' in stored;
}

async function inTime<T>(answer: Promise<T>, clock: Clock): Promise<T> {
  const answered = new AbortController();
  const timeout = clock.sleep(STORE_TIMEOUT_MS, answered.signal).then(
    () => {
      throw new Error(`the conversation store did not answer within ${STORE_TIMEOUT_MS} ms`);
    },
    () => answer,
  );
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    answered.abort();
    timeout.catch(() => undefined);
  }
}
