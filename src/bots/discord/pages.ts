/** Puts the pages of one reply on Discord: through the interaction while its token lives, else as messages of the bot. */

import { type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { Button } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import { isOutOfFollowUps, isRefused, isTokenExpired, toCoreError } from './failures.ts';
import { findFollowUp } from './find-follow-up.ts';
import { messageBody } from './message-body.ts';
import type { DiscordReplyRef } from './reply-ref.ts';

/** Stands above the first page that had to become a message of its own. */
export const continuedNotice =
  '-# Continued here, because Discord closed the original reply after 15 minutes.\n';

export interface Pages {
  /** Makes page `index` (from 0) show exactly this, creating its message when there is none. Rejects with core errors. */
  show(index: number, content: string, buttons: readonly Button[]): Promise<void>;
  /** Deletes the last page's message. Rejects with core errors. */
  removeLast(): Promise<void>;
  readonly ref: DiscordReplyRef;
  /** Whether the interaction's token still works, as far as we know. */
  tokenAlive(): boolean;
}

const created = z.object({ id: z.string(), content: z.string() });

/** `reopened`: another process may have created a message that `ref` does not know of. */
export function createPages(parts: {
  rest: REST;
  clock: Clock;
  ref: DiscordReplyRef;
  reopened: boolean;
}): Pages {
  const { rest, clock } = parts;
  let ref = parts.ref;
  let mayExist = parts.reopened;

  const tokenAlive = () => ref.interaction !== undefined && clock.now() < ref.interaction.expiresAt;
  const setPage = (index: number, page: DiscordReplyRef['pages'][number]) => {
    const pages = [...ref.pages];
    pages[index] = page;
    ref = { ...ref, pages };
  };
  const closeInteraction = () => {
    if (ref.interaction) ref = { ...ref, interaction: { ...ref.interaction, expiresAt: 0 } };
  };

  /** A follow-up whose answer never reached us, found in the channel by its interaction; follow-ups take no nonce. */
  const adoptLost = async (index: number, interactionId: string) => {
    const known = ref.pages.map((page) => page.id);
    const id = await findFollowUp({ rest, channelId: ref.channelId, interactionId, known });
    if (id === undefined) return undefined;
    const page = { id, via: 'interaction' as const };
    setPage(index, page);
    return page;
  };

  /** True when it worked; false when the token turned out to be too old, or the follow-ups used up. */
  const throughInteraction = async (
    index: number,
    content: string,
    buttons: readonly Button[],
  ): Promise<boolean> => {
    const { interaction } = ref;
    if (!interaction || !tokenAlive()) return false;
    const { applicationId, token, ephemeral } = interaction;
    let page = ref.pages[index];
    if (page?.via === 'bot') return false;
    try {
      if (!page && index > 0 && mayExist) page = await adoptLost(index, interaction.id);
      if (!page) mayExist = true;
      const answer = page
        ? await rest.patch(Routes.webhookMessage(applicationId, token, index === 0 ? '@original' : page.id), {
            body: messageBody(content, buttons),
            auth: false,
          })
        : await rest.post(Routes.webhook(applicationId, token), {
            body: messageBody(content, buttons, ephemeral),
            auth: false,
            query: new URLSearchParams({ wait: 'true' }),
          });
      // Only behind a page that we made ourselves can there be none that we know nothing of.
      if (!page) mayExist = false;
      setPage(index, { id: created.parse(answer).id, via: 'interaction' });
      return true;
    } catch (error) {
      if (isTokenExpired(error)) closeInteraction();
      else if (!isOutOfFollowUps(error)) throw error;
      return false;
    }
  };

  const editAsBot = (id: string, content: string, buttons: readonly Button[]) =>
    rest.patch(Routes.channelMessage(ref.channelId, id), { body: messageBody(content, buttons) });

  const createAsBot = async (index: number, content: string, buttons: readonly Button[]) => {
    const replyTo = index === 0 ? ref.replyTo : undefined;
    const body = {
      ...messageBody(content, buttons),
      nonce: `${ref.replyId}:${index}`,
      enforce_nonce: true,
      ...(replyTo ? { message_reference: { message_id: replyTo, fail_if_not_exists: false } } : {}),
    };
    const uncertain = mayExist;
    mayExist = true;
    const answer = created.parse(await rest.post(Routes.channelMessages(ref.channelId), { body }));
    mayExist = false;
    setPage(index, { id: answer.id, via: 'bot' });
    // The nonce gave us back the message that was created before a crash: it shows what was known then.
    if (uncertain && answer.content !== content.trim()) await editAsBot(answer.id, content, buttons);
  };

  /** A private answer must not appear in the channel: it goes on in the conversation with the person who asked. */
  const moveToDirectMessages = async () => {
    const answer = await rest.post(Routes.userChannels(), { body: { recipient_id: ref.userId } });
    ref = { ...ref, channelId: z.object({ id: z.string() }).parse(answer).id };
  };

  /** The interaction is closed: its messages are the bot's own, so where it is in the channel it may still edit them. */
  const outliveInteraction = async (index: number, content: string, buttons: readonly Button[]) => {
    const page = ref.pages[index];
    const hidden = ref.interaction?.ephemeral === true;
    if (page && page.id !== '@original' && !hidden) {
      try {
        await editAsBot(page.id, content, buttons);
        return setPage(index, { id: page.id, via: 'bot' });
      } catch (error) {
        if (!isRefused(error)) throw error;
      }
    }
    const notice = ref.continuedAt === undefined || ref.continuedAt === index ? continuedNotice : '';
    if (ref.continuedAt === undefined && hidden) await moveToDirectMessages();
    await createAsBot(index, notice + content, buttons);
    if (notice) ref = { ...ref, continuedAt: index };
  };

  const show = async (index: number, content: string, buttons: readonly Button[]) => {
    const page = ref.pages[index];
    if (page?.via === 'bot') {
      await editAsBot(page.id, (ref.continuedAt === index ? continuedNotice : '') + content, buttons);
    } else if (ref.kind === 'channel') {
      await createAsBot(index, content, buttons);
    } else if (!(await throughInteraction(index, content, buttons))) {
      await outliveInteraction(index, content, buttons);
    }
  };

  const removeLast = async () => {
    const index = ref.pages.length - 1;
    const page = ref.pages[index];
    if (!page) return;
    const { interaction } = ref;
    if (page.via === 'interaction' && interaction && tokenAlive()) {
      await rest.delete(Routes.webhookMessage(interaction.applicationId, interaction.token, page.id), {
        auth: false,
      });
    } else {
      await rest.delete(Routes.channelMessage(ref.channelId, page.id));
    }
    ref = { ...ref, pages: ref.pages.slice(0, index) };
  };

  return {
    get ref() {
      return ref;
    },
    tokenAlive,
    async removeLast() {
      try {
        await removeLast();
      } catch (error) {
        throw toCoreError(error);
      }
    },
    async show(index, content, buttons) {
      try {
        await show(index, content, buttons);
      } catch (error) {
        throw toCoreError(error);
      }
    },
  };
}
