/** The routes of files: what people send, in pieces, and what the answers show. */

import { open } from 'node:fs/promises';
import { Hono } from 'hono';
import { UserError } from '../../core/errors.ts';
import { SNIFF_BYTES, sniff } from '../../core/files/sniff.ts';
import type { WebEnvironment } from './access.ts';
import { parseUploadRequest } from './chat-request.ts';
import { isId } from './conversation.ts';
import type { Conversations } from './conversations.ts';
import { sendFile } from './send-file.ts';
import type { ShownFiles } from './shown-files.ts';
import type { Uploads } from './uploads.ts';

export interface FileRoutesOptions {
  readonly uploads: Uploads;
  readonly shownFiles: ShownFiles;
  readonly conversations: Conversations;
}

const GONE = { error: 'This file is no longer here.' };

/**
 * A file comes in pieces of at most a mebibyte, so that neither a proxy's limit nor a slow line stands in its way, and
 * one that was lost is sent again.
 */
export function fileRoutes({ uploads, shownFiles, conversations }: FileRoutesOptions): Hono<WebEnvironment> {
  const routes = new Hono<WebEnvironment>();

  routes.post('/uploads', async (context) => {
    const file = parseUploadRequest(await context.req.json().catch(() => undefined));
    if (!file) return context.json({ error: 'Send {name, contentType, sizeBytes}.' }, 400);
    try {
      return context.json({ id: await uploads.begin(file) }, 201);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return context.json({ error: error.message }, 413);
    }
  });

  routes.patch('/uploads/:id', async (context) => {
    const offset = Number(context.req.query('offset'));
    const { body } = context.req.raw;
    if (!Number.isSafeInteger(offset) || offset < 0 || !body)
      return context.json({ error: 'Send bytes, and ?offset= where they belong.' }, 400);
    const receivedBytes = await uploads.append(context.req.param('id'), offset, body);
    if (receivedBytes === undefined) return context.json({ error: 'This piece fits into no file.' }, 409);
    return context.json({ receivedBytes });
  });

  routes.delete('/uploads/:id', async (context) => {
    await uploads.remove(context.req.param('id'));
    return context.body(null, 204);
  });

  routes.get('/uploads/:id', async (context) => {
    const file = await uploads.find(context.req.param('id'));
    if (!file) return context.json(GONE, 404);
    const path = uploads.pathOf(file);
    // What the sender said of it was only their word.
    return sendFile(context, { path, name: file.name, contentType: await typeOf(path) });
  });

  routes.get('/chat/:conversation/:reply/files/:key', async (context) => {
    const { conversation, reply, key } = context.req.param();
    const exchange =
      isId(conversation) && isId(reply) ? await conversations.find(conversation, reply) : undefined;
    const file = exchange?.message.files?.find((shown) => shown.key === key);
    if (!file) return context.json(GONE, 404);
    return sendFile(context, { ...file, path: shownFiles.pathOf(file) });
  });

  return routes;
}

async function typeOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return sniff(buffer.subarray(0, bytesRead)).contentType;
  } finally {
    await file.close();
  }
}
