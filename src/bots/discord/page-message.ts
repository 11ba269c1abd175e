/** One message of a reply on the wire: created or edited, its files uploaded with it, each of them once. */

import { RequestMethod, Routes } from 'discord.js';
import { z } from 'zod';
import type { FileLimits, MessageFile } from '../../core/chat.ts';
import type { PageContent } from '../../core/reply/paged-reply.ts';
import { isRefused, isTooLarge } from './failures.ts';
import { type SendRequest, UnreadableFileError } from './message-api.ts';
import { messageBody } from './message-body.ts';
import { describeAttachments, matchAttachments, pendingFiles, toUploads } from './page-files.ts';
import { fileNotice, pageText } from './page-text.ts';
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
  readonly limits: () => FileLimits;
  readonly filesMayExist: boolean;
}): PageMessage {
  const { send, state } = parts;
  let filesMayExist = parts.filesMayExist;

  const refuse = (files: readonly MessageFile[], why: 'too large' | 'unreadable') => {
    if (files.length === 0) return;
    const refused = files.map(({ id }) => ({ id, why }));
    state.ref = { ...state.ref, refusedFiles: [...(state.ref.refusedFiles ?? []), ...refused] };
  };
  const uploaded = (page: number, attachmentIds: ReadonlyMap<string, string>) => {
    const files = [...attachmentIds].map(([id, attachmentId]) => ({ id, page, attachmentId }));
    state.ref = { ...state.ref, files: [...(state.ref.files ?? []), ...files] };
  };

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
    uploaded(index, matchAttachments(files, found));
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
      const pending = () => pendingFiles(state.ref, index, content.files ?? [], parts.limits());
      if (filesMayExist && target.id !== undefined && pending().files.length > 0) {
        await adoptFiles(index, target, pending().files);
      }
      const { files, refused } = pending();
      refuse(refused, 'too large');
      const { ref } = state;
      const continuedWhy = ref.continuedAt === index ? (ref.continuedWhy ?? 'expired') : undefined;
      const text = pageText(content, {
        continuedWhy,
        notice: [notice, fileNotice(content, ref.refusedFiles)].filter(Boolean).join(' '),
      });
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
        if (error instanceof UnreadableFileError) {
          refuse(
            files.filter(({ path }) => path === error.path),
            'unreadable',
          );
        } else if (files.length > 0 && isTooLarge(error)) refuse(files, 'too large');
        else if (files.length > 0 && !isRefused(error)) filesMayExist = true;
        throw error;
      }
      const message = sent.parse(answer);
      const before = new Set(ref.files?.map(({ attachmentId }) => attachmentId));
      const added = message.attachments.filter(({ id }) => !before.has(id));
      uploaded(index, new Map(files.flatMap(({ id }, at) => (added[at] ? [[id, added[at].id]] : []))));
      return { id: message.id, asSent: message.content === text.trim() };
    },
  };
}
