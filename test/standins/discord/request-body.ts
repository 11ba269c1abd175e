/** The body of a request to the stand-in: JSON, or a form with `payload_json` and files. */

import type { IncomingMessage } from 'node:http';
import type { UploadedFile } from './attachment-rules.ts';
import type { World } from './world.ts';

export interface RequestBody {
  readonly raw: unknown;
  readonly files: readonly UploadedFile[];
  readonly sizeBytes: number;
}

/** Files are kept in the world, under the ids and addresses that their attachments will have. */
export async function readRequestBody(
  request: IncomingMessage,
  world: World,
  baseUrl: string,
): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const sizeBytes = bytes.length;
  const type = request.headers['content-type'] ?? '';
  if (sizeBytes === 0) return { raw: undefined, files: [], sizeBytes };
  if (!type.startsWith('multipart/form-data')) {
    return { raw: JSON.parse(bytes.toString('utf8')), files: [], sizeBytes };
  }
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const files: UploadedFile[] = [];
  for (const [name, value] of form) {
    const index = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (typeof value === 'string' || index === undefined) continue;
    const id = world.nextId();
    const content = new Uint8Array(await value.arrayBuffer());
    world.uploads.set(id, content);
    files.push({
      index: Number(index),
      id,
      url: `${baseUrl}/attachments/${id}/${encodeURIComponent(value.name)}`,
      filename: value.name,
      contentType: value.type,
      bytes: content,
    });
  }
  const payload = form.get('payload_json');
  return { raw: typeof payload === 'string' ? JSON.parse(payload) : {}, files, sizeBytes };
}
