/** Puts the pages of one reply on Discord: through the interaction while its token lives, else as messages of the bot. */

import { RequestMethod, Routes } from 'discord.js';
import type { Clock } from '../../core/clock.ts';
import type { PageContent } from '../../core/reply/paged-reply.ts';
import { createBotMessages } from './bot-messages.ts';
import { isOutOfFollowUps, isRefused, isTokenExpired, toCoreError } from './failures.ts';
import { findFollowUp } from './find-follow-up.ts';
import type { SendRequest } from './message-api.ts';
import { createPageMessage } from './page-message.ts';
import { notices } from './page-text.ts';
import type { ReplyFiles } from './reply-files.ts';
import type { DiscordReplyRef } from './reply-ref.ts';
import type { ReplyState } from './reply-state.ts';

/** When people are told that the answer will go on elsewhere, before the interaction closes. */
const warnedBeforeMs = 60_000;

export interface Pages {
  /** Makes page `index` (from 0) show exactly this, creating its message when there is none. Rejects with core errors. */
  show(index: number, content: PageContent, final: boolean): Promise<void>;
  /** Deletes the last page's message. Rejects with core errors. */
  removeLast(): Promise<void>;
  /** The buttons that the reply shows from now on, wherever they are. */
  setButtons(ids: readonly string[]): void;
  readonly ref: DiscordReplyRef;
  /** Whether writes go through the interaction, as far as we know. */
  throughInteraction(): boolean;
}

/** `filesMayExist`: another process may have uploaded files that the ref does not know of. */
export function createPages(parts: {
  send: SendRequest;
  clock: Clock;
  state: ReplyState;
  files: ReplyFiles;
  filesMayExist: boolean;
}): Pages {
  const { send, clock, state, files, filesMayExist } = parts;
  const { token, setPage, close, leavesPlace, creating } = state;
  /** The page that was shown last, for the closing words that it may need. */
  let latest: { readonly index: number; readonly content: PageContent } | undefined;

  const message = createPageMessage({ send, state, files, filesMayExist });
  let buttonIds: readonly string[] = [];
  const asBot = createBotMessages({ send, state, message, buttonIds: () => buttonIds });

  /** A follow-up whose answer never reached us, found in the channel by its interaction; follow-ups take no nonce. */
  const adoptLost = async (index: number, interactionId: string) => {
    const known = state.ref.pages.map((page) => page.id);
    const id = await findFollowUp({ send, channelId: state.ref.channelId, interactionId, known });
    if (id === undefined) return undefined;
    setPage(index, { id, via: 'interaction' });
    return state.ref.pages[index];
  };

  /** True when it worked; false when the token turned out to be too old, or the follow-ups used up. */
  const throughInteraction = async (
    index: number,
    content: PageContent,
    notice?: string,
  ): Promise<boolean> => {
    const interaction = token();
    let page = state.ref.pages[index];
    if (!interaction || page?.via === 'bot' || (!page && interaction.full)) return false;
    try {
      if (!page && state.mayExist) page = await adoptLost(index, interaction.id);
      const original = index === 0 && !interaction.followUpsOnly;
      const id = original ? '@original' : page?.id;
      const target = { via: 'interaction' as const, ...(id === undefined ? {} : { id }) };
      const put = () => message.put(index, content, target, notice);
      const sent = page ? await put() : await creating(put);
      setPage(index, { id: sent.id, via: 'interaction' });
      return true;
    } catch (error) {
      if (isTokenExpired(error)) close({ expiresAt: 0 });
      else if (isOutOfFollowUps(error)) close({ full: true });
      else throw error;
      return false;
    }
  };

  /** Goes on in a message of the bot's that says why; where it must, in the conversation with the one who asked. */
  const continueElsewhere = async (index: number, content: PageContent) => {
    const { ref } = state;
    const why = token() ? 'full' : 'expired';
    const before = latest;
    try {
      if (ref.continuedAt === undefined && leavesPlace()) await asBot.moveToDirectMessages();
      if (ref.continuedAt === undefined) state.ref = { ...state.ref, continuedAt: index, continuedWhy: why };
      await asBot.create(index, content);
    } catch (error) {
      if (ref.continuedAt === undefined) {
        const { continuedAt: _at, continuedWhy: _why, ...rest } = state.ref;
        state.ref = { ...rest, channelId: ref.channelId };
      }
      if (why === 'full' && before && isRefused(error)) {
        await throughInteraction(before.index, before.content, notices.cutHere);
      }
      throw error;
    }
    if (why === 'full' && before && ref.continuedAt === undefined) {
      await throughInteraction(before.index, before.content, notices.restElsewhere);
    }
  };

  /** The interaction is closed: its messages are the bot's own, so where it is in the channel it may still edit them. */
  const outliveInteraction = async (index: number, content: PageContent) => {
    const { interaction, pages } = state.ref;
    // What the original is called we learn when it shows something, if the answer to that reaches us.
    const unknown = pages[index] ? pages[index].id === '@original' : state.mayExist;
    const page =
      unknown && interaction && !leavesPlace() ? await adoptLost(index, interaction.id) : pages[index];
    if (page && !leavesPlace()) {
      try {
        await message.put(index, content, { via: 'bot', id: page.id });
        return setPage(index, { id: page.id, via: 'bot' });
      } catch (error) {
        if (!isRefused(error)) throw error;
      }
    }
    await continueElsewhere(index, content);
  };

  const show = async (index: number, content: PageContent, final: boolean) => {
    const page = state.ref.pages[index];
    if (page?.via === 'bot') await asBot.edit(index, page.id, content);
    else if (state.ref.kind === 'channel') await asBot.create(index, content);
    else {
      const closesAt = token()?.expiresAt ?? Number.POSITIVE_INFINITY;
      const closing = leavesPlace() && !final && clock.now() > closesAt - warnedBeforeMs;
      const notice = closing ? notices.closingSoon : undefined;
      if (!(await throughInteraction(index, content, notice))) await outliveInteraction(index, content);
    }
    latest = { index, content };
  };

  const removeLast = async () => {
    const index = state.ref.pages.length - 1;
    const page = state.ref.pages[index];
    if (!page) return;
    const interaction = token();
    const route =
      page.via === 'interaction' && interaction
        ? Routes.webhookMessage(interaction.applicationId, interaction.token, page.id)
        : Routes.channelMessage(state.ref.channelId, page.id);
    await send({ method: RequestMethod.Delete, route });
    const files = state.ref.files?.filter((file) => file.page !== index);
    state.ref = { ...state.ref, pages: state.ref.pages.slice(0, index), ...(files ? { files } : {}) };
  };

  const withCoreErrors = async (work: Promise<void>) => {
    try {
      await work;
    } catch (error) {
      throw toCoreError(error);
    }
  };

  return {
    setButtons(ids) {
      buttonIds = ids;
    },
    get ref() {
      return state.ref;
    },
    throughInteraction: () => token() !== undefined && state.ref.continuedAt === undefined,
    removeLast: () => withCoreErrors(removeLast()),
    show: (index, content, final) => withCoreErrors(show(index, content, final)),
  };
}
