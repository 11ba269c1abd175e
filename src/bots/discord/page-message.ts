/** One message of a reply on the wire: created or edited, its files uploaded with it, each of them once. */

import { RequestMethod, Routes } from 'discord.js';
import { z } from 'zod';
import type { MessageFile } from '../../core/chat.ts';
import type { PageContent } from '../../core/reply/paged-reply.ts';
import { isNotTaken } from './failures.ts';
import type { SendRequest } from './message-api.ts';
import { messageBody } from './message-body.ts';
import { describeAttachments, matchAttachments, toUploads } from './page-files.ts';
import { pageText } from './page-text.ts';
import type { ReplyFiles } from './reply-files.ts';
import type { DiscordReplyRef } from './reply-ref.ts';

/** Where a page's message is, or is to be: without an id it is created. */
export interface PageTarget {
  readonly via: 'interaction' | 'bot';
  readonly id?: string;
  /** The message whose place a new one takes. */
  readonly insteadOf?: string;
}

export interface PageMessage {
  /** Makes the message show this. `asSent`: it shows this text now, not one of before. Rejects as `send` does. */
  put(
    index: number,
    content: PageContent,
    target: PageTarget,
    notice?: string,
  ): Promise<{ readonly id: string; readonly asSent: boolean }>;
}

const sent = z.object({
  id: z.string(),
  content: z.string(),
  attachments: z.array(z.object({ id: z.string(), filename: z.string() })).default([]),
});

/** `filesMayExist`: another process may have uploaded files that `ref` does not know of. */
export function createPageMessage(parts: {
  readonly send: SendRequest;
  readonly state: { ref: DiscordReplyRef };
  readonly files: ReplyFiles;
  readonly filesMayExist: boolean;
}): PageMessage {
  const { send, state } = parts;
  let filesMayExist = parts.filesMayExist;

  const route = ({ via, id }: PageTarget) => {
    const { interaction, channelId } = state.ref;
    if (via === 'interaction' && interaction) {
      const { applicationId, token } = interaction;
      return id === undefined
        ? Routes.webhook(applicationId, token)
        : Routes.webhookMessage(applicationId, token, id);
    }
    return id === undefined ? Routes.channelMessages(channelId) : Routes.channelMessage(channelId, id);
  };

  /** Files that were uploaded just before a crash, or whose upload was answered too late, found in the message. */
  const adoptFiles = async (index: number, target: PageTarget, files: readonly MessageFile[]) => {
    const known = new Set(state.ref.files?.map(({ attachmentId }) => attachmentId));
    const { attachments } = sent.parse(await send({ method: RequestMethod.Get, route: route(target) }));
    const found = attachments.filter(({ id }) => !known.has(id));
    parts.files.uploaded(index, matchAttachments(files, found));
    filesMayExist = false;
  };

  /** What creating a message takes beside its content. */
  const creation = (index: number, { via, insteadOf }: PageTarget) => {
    const { replyId, replyTo } = state.ref;
    if (via === 'interaction') return {};
    return {
      nonce: insteadOf ?? `${replyId}:${index}`,
      enforce_nonce: true,
      ...(replyTo && index === 0
        ? { message_reference: { message_id: replyTo, fail_if_not_exists: false } }
        : {}),
    };
  };

  return {
    async put(index, content, target, notice) {
      const pending = () =>
        (content.files ?? []).filter((file) => !state.ref.files?.some(({ id }) => id === file.id));
      if (filesMayExist && target.id !== undefined && pending().length > 0) {
        await adoptFiles(index, target, pending());
      }
      const files = pending();
      const { ref } = state;
      const continuedWhy = ref.continuedAt === index ? (ref.continuedWhy ?? 'expired') : undefined;
      const text = pageText(content, { continuedWhy, notice });
      const created = target.id === undefined;
      const hidden = created && target.via === 'interaction' && ref.interaction?.ephemeral === true;
      const body = {
        ...messageBody(text, content.buttons ?? [], hidden),
        ...(created ? creation(index, target) : {}),
        ...(files.length > 0 ? { attachments: describeAttachments(ref, index, files) } : {}),
      };
      let answer: unknown;
      try {
        answer = await send({
          method: created ? RequestMethod.Post : RequestMethod.Patch,
          route: route(target),
          body,
          uploads: toUploads(files),
          ...(created && target.via === 'interaction'
            ? { query: new URLSearchParams({ wait: 'true' }) }
            : {}),
        });
      } catch (error) {
        if (files.length === 0) throw error;
        if (!isNotTaken(error)) filesMayExist = true;
        throw parts.files.failed(files, error);
      }
      const message = sent.parse(answer);
      const before = new Set(ref.files?.map(({ attachmentId }) => attachmentId));
      const added = message.attachments.filter(({ id }) => !before.has(id));
      parts.files.uploaded(
        index,
        new Map(files.flatMap(({ id }, at) => (added[at] ? [[id, added[at].id]] : []))),
      );
      return { id: message.id, asSent: message.content === text.trim() };
    },
  };
}
