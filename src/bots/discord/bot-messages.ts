/** The messages of a reply that the bot makes and edits with its own token. */

import { RequestMethod, Routes } from 'discord.js';
import { z } from 'zod';
import type { PageContent } from '../../core/reply/paged-reply.ts';
import { isTooOldToEdit } from './failures.ts';
import { findBotMessage } from './find-bot-message.ts';
import type { SendRequest } from './message-api.ts';
import type { PageMessage } from './page-message.ts';
import { pageText } from './page-text.ts';
import type { ReplyState } from './reply-state.ts';

export interface BotMessages {
  create(index: number, content: PageContent): Promise<void>;
  edit(index: number, id: string, content: PageContent): Promise<void>;
  /** From now on messages go to the conversation with the one who asked. */
  moveToDirectMessages(): Promise<void>;
}

/** `buttonIds`: of all buttons that the reply shows now. Rejects as `send` does. */
export function createBotMessages(parts: {
  readonly send: SendRequest;
  readonly state: ReplyState;
  readonly message: PageMessage;
  readonly buttonIds: () => readonly string[];
}): BotMessages {
  const { send, state, message } = parts;

  /** Created by a request that was lost or a process that died, perhaps so long ago that Discord has forgotten the nonce. */
  const findLost = (index: number, content: PageContent, insteadOf?: string) => {
    const text = pageText({ text: content.text }, {});
    return findBotMessage(send, state.ref, { index, text, buttonIds: parts.buttonIds(), insteadOf });
  };

  /**
   * Where it may exist already it is looked for. One that is not listed yet the nonce gives back as it was: so it is made
   * without files, and completed.
   */
  const create = async (index: number, content: PageContent, insteadOf?: string) => {
    const uncertain = state.mayExist;
    const lost = uncertain ? await findLost(index, content, insteadOf) : undefined;
    if (lost !== undefined) {
      state.setPage(index, { id: lost, via: 'bot' });
      await message.put(index, content, { via: 'bot', id: lost });
      return;
    }
    const bare = { ...content, text: content.text || '…', files: [] };
    const { id, asSent } = await state.creating(() =>
      message.put(index, uncertain ? bare : content, { via: 'bot', ...(insteadOf ? { insteadOf } : {}) }),
    );
    state.setPage(index, { id, via: 'bot' });
    if (uncertain && !(asSent && !content.files?.length)) {
      await message.put(index, content, { via: 'bot', id });
    }
  };

  /** Takes the place of a message that is too old to be edited; its files are uploaded again. */
  const replace = async (index: number, id: string, content: PageContent) => {
    const { files, channelId } = state.ref;
    const ofOthers = files?.filter((file) => file.page !== index);
    state.ref = { ...state.ref, ...(ofOthers ? { files: ofOthers } : {}) };
    try {
      await create(index, content, id);
    } catch (error) {
      const isThere = state.ref.pages[index]?.id !== id;
      if (files && !isThere) state.ref = { ...state.ref, files };
      throw error;
    }
    // It says that the answer is still being written; where it can't be deleted, that stays so.
    const route = Routes.channelMessage(channelId, id);
    await send({ method: RequestMethod.Delete, route }).catch(() => undefined);
  };

  return {
    create: (index, content) => create(index, content),
    async edit(index, id, content) {
      try {
        await message.put(index, content, { via: 'bot', id });
      } catch (error) {
        if (!isTooOldToEdit(error)) throw error;
        await replace(index, id, content);
      }
    },
    async moveToDirectMessages() {
      const recipient_id = state.ref.userId;
      const answer = await send({
        method: RequestMethod.Post,
        route: Routes.userChannels(),
        body: { recipient_id },
      });
      state.ref = { ...state.ref, channelId: z.object({ id: z.string() }).parse(answer).id };
    },
  };
}
