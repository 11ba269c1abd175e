/** Makes replies: to an interaction, to a message, of our own accord, and again from a stored ref. */

import { randomUUID } from 'node:crypto';
import type { BaseInteraction } from 'discord.js';
import type { Reply, ReplyRef } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { MessageApi } from './message-api.ts';
import { createDiscordReply, type OnWritten } from './reply.ts';
import { readReplyRef, tokenLivesMs } from './reply-ref.ts';
import { isGuest } from './request-origin.ts';

export interface ChannelReply {
  readonly channelId: string;
  readonly userId?: string;
  readonly replyTo?: string;
  readonly onWritten?: OnWritten;
}

export interface Replies {
  /**
   * `hidden`: for the asker alone. `deferred`: the answer is there already, as "thinking", and becomes the first page; else
   * all pages are follow-ups.
   */
  toInteraction(interaction: BaseInteraction, how: { hidden: boolean; deferred: boolean }): Reply;
  /** A message of the bot's in a channel, as a reply to another one if there is one. */
  inChannel(where: ChannelReply): Reply;
  reopen(ref: ReplyRef): Reply;
}

export function createReplies({ api, clock }: { api: MessageApi; clock: Clock }): Replies {
  // Short enough for a nonce of Discord's, which has 25 characters, with the page's number behind it.
  const replyId = () => randomUUID().slice(0, 18);
  return {
    toInteraction(interaction, { hidden, deferred }) {
      const ref = {
        surface: 'discord' as const,
        kind: 'interaction' as const,
        replyId: replyId(),
        channelId: interaction.channelId ?? '',
        since: clock.now(),
        userId: interaction.user.id,
        pages: deferred ? [{ id: '@original', via: 'interaction' as const }] : [],
        interaction: {
          id: interaction.id,
          applicationId: interaction.applicationId,
          token: interaction.token,
          expiresAt: clock.now() + tokenLivesMs,
          ephemeral: hidden,
          guest: isGuest(interaction),
          followUpsOnly: !deferred,
          maxFileBytes: interaction.attachmentSizeLimit,
        },
      };
      return createDiscordReply({ api, clock, ref, reopened: false });
    },
    inChannel({ onWritten, ...where }) {
      const ref = {
        surface: 'discord' as const,
        kind: 'channel' as const,
        replyId: replyId(),
        ...where,
        since: clock.now(),
        pages: [],
      };
      return createDiscordReply({ api, clock, ref, reopened: false, onWritten });
    },
    reopen: (ref) => createDiscordReply({ api, clock, ref: readReplyRef(ref), reopened: true }),
  };
}
