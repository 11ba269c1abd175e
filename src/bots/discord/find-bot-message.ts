/** Finds a message of the bot's own that may have been created without our hearing of it, when its nonce is forgotten. */

import { RequestMethod, Routes } from 'discord.js';
import { z } from 'zod';
import { type ListedMessage, listMessages } from './channel-messages.ts';
import type { SendRequest } from './message-api.ts';
import type { DiscordReplyRef } from './reply-ref.ts';

/** What is known of the page that is looked for. */
export interface LostPage {
  readonly index: number;
  /** In Discord's markdown. */
  readonly text: string;
  /** All buttons that the reply shows: their ids end in what the reply is about. */
  readonly buttonIds: readonly string[];
  /** The message whose place it was to take. */
  readonly insteadOf?: string | undefined;
}

/** Discord's epoch, in which message ids count milliseconds from their 23rd bit on. */
const epochMs = 1_420_070_400_000n;
/** How far our clock may be ahead of Discord's. */
const clockSkewMs = 5000;

/**
 * The first message of ours behind the reply's last one that certainly or in all likelihood is this page: a reply to the
 * same question, one with a button about the same run, or one whose text is a beginning of the page's. Undefined when
 * there is none, or when the bot may not read the channel. Rejects as `send` does.
 */
export async function findBotMessage(
  send: SendRequest,
  ref: DiscordReplyRef,
  page: LostPage,
): Promise<string | undefined> {
  const after = page.insteadOf ?? lastKnown(ref);
  if (after === undefined) return undefined;
  const known = new Set(ref.pages.map(({ id }) => id));
  const messages = await listMessages(send, ref.channelId, after);
  const candidates = messages.filter((each) => !each.interaction_metadata && !known.has(each.id));
  if (candidates.length === 0) return undefined;
  const bot = z
    .object({ id: z.string() })
    .parse(await send({ method: RequestMethod.Get, route: Routes.user() }));
  return candidates.find((each) => each.author.id === bot.id && isPage(each, ref, page))?.id;
}

function lastKnown({ pages, replyTo, interaction, since }: DiscordReplyRef): string | undefined {
  const last = pages.map(({ id }) => id).findLast((id) => /^\d+$/.test(id));
  const begun = since === undefined ? undefined : idAt(since - clockSkewMs);
  return last ?? replyTo ?? interaction?.id ?? begun;
}

/** The smallest id of a message that is not older than this. */
function idAt(ms: number): string {
  const sinceEpochMs = BigInt(ms) - epochMs;
  return String(sinceEpochMs > 0n ? sinceEpochMs << 22n : 0n);
}

function isPage(message: ListedMessage, { replyTo }: DiscordReplyRef, page: LostPage): boolean {
  const question = message.message_reference?.message_id;
  if (question !== undefined) return page.index === 0 && question === replyTo;
  const shownIds = message.components.flatMap((row) =>
    row.components.flatMap((each) => each.custom_id ?? []),
  );
  const about = new Set(page.buttonIds.map(subject));
  if (shownIds.length > 0 && about.size > 0) return shownIds.some((id) => about.has(subject(id)));
  const shown = letters(message.content);
  return shown !== '' && letters(page.text).startsWith(shown);
}

/** `cancel:<run>` and `again:<run>` are about the same. */
function subject(buttonId: string): string {
  return buttonId.slice(buttonId.lastIndexOf(':') + 1);
}

/** What does not change while a text grows: neither its markup nor the small print below it. */
function letters(content: string): string {
  return content.replace(/^-# .*$/gm, '').replace(/[^\p{L}\p{N}]/gu, '');
}
