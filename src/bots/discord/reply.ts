/** The Reply port on Discord: pages of at most 2000 characters, small print below, one request per write. */

import type { Message, Reply } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import { createPagedReply, type PageContent } from '../../core/reply/paged-reply.ts';
import type { MessageApi } from './message-api.ts';
import { pageTextLimit } from './page-text.ts';
import { createPages } from './pages.ts';
import { createReplyFiles } from './reply-files.ts';
import type { DiscordReplyRef } from './reply-ref.ts';
import { createReplyState } from './reply-state.ts';

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
  const state = createReplyState(ref, clock, reopened);
  const files = createReplyFiles(state);
  let final = false;
  const send = api.open(() => final);
  const pages = createPages({ send, clock, state, files, filesMayExist: reopened });
  let requests = 0;
  const show = (index: number, content: PageContent) => {
    requests += 1;
    return pages.show(index, content, final);
  };
  const paged = createPagedReply({
    limit: pageTextLimit,
    pageIds: ref.pages.map((page) => page.id),
    async create(content, index) {
      await show(index, content);
      return pages.ref.pages[index]?.id ?? '';
    },
    async edit(_pageId, content, index) {
      await show(index, content);
      return pages.ref.pages[index]?.id;
    },
    remove() {
      requests += 1;
      return pages.removeLast();
    },
  });

  /** The text never waits for a file that Discord has not taken: that is tried again when all else is on show. */
  const write = async (message: Message): Promise<'shown' | 'more'> => {
    const step = files.plan(message);
    if (step.first) {
      const before = requests;
      const outcome = await paged.write(step.first, final);
      if (outcome === 'more' || requests > before) return 'more';
    }
    const outcome = await paged.write(step.next, final);
    return step.complete ? outcome : 'more';
  };

  return {
    get ref() {
      return pages.ref;
    },
    get lane() {
      const { interaction, channelId } = pages.ref;
      return interaction && pages.throughInteraction()
        ? api.interactionLane(interaction.id)
        : api.channelLane(channelId);
    },
    get fileLimits() {
      return files.limits;
    },
    pageLength: pageTextLimit,
    async write(message, isFinal) {
      final = isFinal;
      pages.setButtons((message.buttons ?? []).map(({ id }) => id));
      const outcome = await write(message);
      options.onWritten?.(message, outcome, isFinal);
      return outcome;
    },
  };
}
