/** A surface in memory: messages of 2,000 characters, as a reader would see them. */

import type { Message, Reply, ReplyRef } from '../../../src/core/chat.ts';
import { createPagedReply, type PageContent } from '../../../src/core/reply/paged-reply.ts';
import type { ReplyHarness } from './reply-contract.ts';

export interface MemorySurface extends ReplyHarness {
  /** Requests so far. */
  readonly requests: number;
  /** Makes the next request fail before it has an effect. */
  failNext(error: Error): void;
}

export function createMemorySurface({ limit = 1_800, canDelete = true } = {}): MemorySurface {
  const messages = new Map<string, PageContent>();
  let requests = 0;
  let failure: Error | undefined;

  async function request(): Promise<void> {
    requests++;
    await Promise.resolve();
    const error = failure;
    failure = undefined;
    if (error) throw error;
  }

  function put(id: string, content: PageContent): void {
    if (`${content.text}${content.status ?? ''}${content.footnote ?? ''}` === '')
      throw new Error('empty message');
    if (content.text.length > limit) throw new Error('message too long');
    messages.set(id, content);
  }

  function replyWith(pageIds: readonly string[]): Reply {
    const paged = createPagedReply({
      limit,
      pageIds,
      create: async (content) => {
        await request();
        const id = `message-${messages.size + 1}`;
        put(id, content);
        return id;
      },
      edit: async (id, content) => {
        await request();
        if (!messages.has(id)) throw new Error('no such message');
        put(id, content);
      },
      ...(canDelete && {
        remove: async (id: string) => {
          await request();
          messages.delete(id);
        },
      }),
    });
    return {
      get ref(): ReplyRef {
        return { surface: 'web', pageIds: paged.pageIds };
      },
      lane: { key: 'memory', slots: 5, windowMs: 5_000 },
      write: (message: Message, final: boolean) => paged.write(message, final),
    };
  }

  return {
    open: () => replyWith([]),
    reopen: (ref) => replyWith(Array.isArray(ref.pageIds) ? ref.pageIds.map(String) : []),
    shown: async () => Array.from(messages.values(), (content) => content.text),
    pings: async () => [],
    smallPrint: async () =>
      Array.from(messages.values(), (content) =>
        [content.status ?? [], content.footnote ?? []].flat(),
      ).flat(),
    buttonIds: async () =>
      Array.from(messages.values(), (content) => content.buttons?.map((button) => button.id) ?? []).flat(),
    close: () => undefined,
    get requests() {
      return requests;
    },
    failNext(error) {
      failure = error;
    },
  };
}
