/** Sends a file from disk so that it can do nothing in the browser but be looked at, listened to or saved. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Context } from 'hono';

/** Pictures that can hold no script, and what the page plays. Everything else is only ever saved. */
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|(audio|video)\/[\w.+-]+)$/;

export interface SentFile {
  readonly path: string;
  readonly name: string;
  readonly contentType: string;
}

/** Answers 404 when it is gone; a part of it when the browser asks for a range (players do). */
export async function sendFile(context: Context, { path, name, contentType }: SentFile): Promise<Response> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size === 0) return context.json({ error: 'This file is no longer here.' }, 404);
  const range = readRange(context.req.header('range'), size);
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const shown = SHOWN.test(contentType);
  const fileName = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  const headers = {
    'Content-Type': shown ? contentType : 'application/octet-stream',
    'Content-Length': String(end - start + 1),
    'Content-Disposition': `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${fileName}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'private, max-age=86400, immutable',
    'Accept-Ranges': 'bytes',
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
  };
  const status = range ? 206 : 200;
  if (context.req.method === 'HEAD') return context.body(null, status, headers);
  const content = Readable.toWeb(createReadStream(path, { start, end }));
  return context.body(content as ReadableStream<Uint8Array>, status, headers);
}

/** One range of bytes; undefined for none, several, or one that does not fit: the whole file answers those. */
function readRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return start <= end ? { start, end } : undefined;
}
