/** What is known of one reply while it is written: its ref, and what follows from it at this moment. */

import type { Clock } from '../../core/clock.ts';
import { isNotTaken } from './failures.ts';
import type { DiscordReplyRef } from './reply-ref.ts';

export interface ReplyState {
  ref: DiscordReplyRef;
  /** The interaction, while its token lives as far as we know. */
  token(): DiscordReplyRef['interaction'];
  setPage(index: number, page: DiscordReplyRef['pages'][number]): void;
  /** Discord has said that the token is too old, or that there may be no more follow-ups. */
  close(how: { expiresAt: 0 } | { full: true }): void;
  /** The bot cannot go on in this place with its own token: nobody else may see the answer, or the bot is not there. */
  leavesPlace(): boolean;
  /** The next message may have been created without our hearing of it: by another process, or by a request that was lost. */
  readonly mayExist: boolean;
  /** Creates a message. Only behind one that we made ourselves can there be none that we know nothing of. */
  creating<T>(create: () => Promise<T>): Promise<T>;
}

export function createReplyState(initial: DiscordReplyRef, clock: Clock, reopened: boolean): ReplyState {
  let mayExist = reopened;
  const state: ReplyState = {
    ref: initial,
    token() {
      const { interaction } = state.ref;
      return interaction && clock.now() < interaction.expiresAt ? interaction : undefined;
    },
    setPage(index, page) {
      const pages = [...state.ref.pages];
      pages[index] = page;
      state.ref = { ...state.ref, pages };
    },
    close(how) {
      const { interaction } = state.ref;
      if (interaction) state.ref = { ...state.ref, interaction: { ...interaction, ...how } };
    },
    leavesPlace: () => state.ref.interaction?.ephemeral === true || state.ref.interaction?.guest === true,
    get mayExist() {
      return mayExist;
    },
    async creating(create) {
      const before = mayExist;
      mayExist = true;
      try {
        const made = await create();
        mayExist = false;
        return made;
      } catch (error) {
        if (isNotTaken(error)) mayExist = before;
        throw error;
      }
    },
  };
  return state;
}
