import { describe, expect, it } from 'vitest';
import type { Person, Place } from '../../src/core/chat.ts';
import { conversationKey, createConversations } from '../../src/core/conversations.ts';

const ada: Person = { id: 'discord:1', name: 'Ada', platformAdmin: false };
const bob: Person = { id: 'discord:2', name: 'Bob', platformAdmin: false };
const channel: Place = { surface: 'discord', workspace: 'g', channel: 'c', direct: false };

function inMemory(ttlMs = 1000) {
  const values = new Map<string, unknown>();
  const ttls: (number | undefined)[] = [];
  const store = {
    get: async <T>(key: string) => values.get(key) as T | undefined,
    set: async (key: string, value: unknown, ttl?: number) => {
      ttls.push(ttl);
      values.set(key, value);
    },
    delete: async (key: string) => values.delete(key),
  };
  return { conversations: createConversations({ store, ttlMs }), ttls };
}

describe('a conversation', () => {
  it('is everybody’s in a thread and one person’s elsewhere', () => {
    const thread = { ...channel, thread: 't' };
    expect(conversationKey(thread, ada)).toBe(conversationKey(thread, bob));
    expect(conversationKey(channel, ada)).not.toBe(conversationKey(channel, bob));
    const keys = [
      channel,
      thread,
      { ...channel, channel: 'd' },
      { ...channel, workspace: 'h' },
      { ...channel, surface: 'slack' as const },
    ].map((place) => conversationKey(place, ada));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('holds its turns in order, each run once, until it is forgotten', async () => {
    const { conversations, ttls } = inMemory();
    const turn = (runId: string) => ({ runId, prompt: `question ${runId}`, answer: `answer ${runId}` });
    expect(await conversations.history('k')).toEqual([]);
    for (const runId of ['1', '2', '2']) await conversations.remember('k', turn(runId));
    expect(await conversations.history('k')).toEqual([turn('1'), turn('2')]);
    expect(await conversations.history('other')).toEqual([]);
    expect(new Set(ttls)).toEqual(new Set([1000]));
    await conversations.forget('k');
    expect(await conversations.history('k')).toEqual([]);
  });

  it('keeps the newest fifty turns', async () => {
    const { conversations } = inMemory();
    for (let run = 0; run < 60; run++)
      await conversations.remember('k', { runId: `${run}`, prompt: 'q', answer: 'a' });
    const history = await conversations.history('k');
    expect([history.length, history[0]?.runId, history.at(-1)?.runId]).toEqual([50, '10', '59']);
  });

  it('is not kept at all when memory is switched off', async () => {
    const { conversations } = inMemory(0);
    await conversations.remember('k', { runId: '1', prompt: 'q', answer: 'a' });
    expect(await conversations.history('k')).toEqual([]);
  });
});
