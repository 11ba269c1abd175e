/** Conversation memory: what was said per thread or per channel and person. It may be lost, so it lives in Keyv. */

import type { Person, Place } from './chat.ts';

export interface Turn {
  /** The run that answered: a run finished twice after a crash is remembered once. */
  readonly runId: string;
  readonly prompt: string;
  readonly answer: string;
}

/** What is needed of Keyv. `ttl` in milliseconds. */
export interface ConversationStore {
  get<T>(key: string): Promise<T | undefined>;
  set(key: string, value: unknown, ttl?: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

export interface Conversations {
  /** Oldest first; empty when there is nothing or it has lapsed. */
  history(key: string): Promise<readonly Turn[]>;
  /** `replaces` is the run whose turn this one takes the place of. */
  remember(key: string, turn: Turn, replaces?: string): Promise<void>;
  forget(key: string): Promise<void>;
}

const MOST_TURNS = 50;

/** A thread is one conversation for all in it; elsewhere each person has their own, so that nothing leaks between people. */
export function conversationKey(place: Place, person: Person): string {
  const where = `${place.surface}/${place.workspace ?? 'direct'}/${place.channel}`;
  return `conversation:${place.thread ? `${where}/${place.thread}` : `${where}/${person.id}`}`;
}

export function createConversations(options: { store: ConversationStore; ttlMs: number }): Conversations {
  const { store, ttlMs } = options;
  const history = async (key: string) => (await store.get<Turn[]>(key)) ?? [];
  return {
    history,
    async remember(key, turn, replaces) {
      if (ttlMs === 0) return;
      const turns = (await history(key)).filter(({ runId }) => runId !== turn.runId && runId !== replaces);
      await store.set(key, [...turns, turn].slice(-MOST_TURNS), ttlMs);
    },
    async forget(key) {
      await store.delete(key);
    },
  };
}
