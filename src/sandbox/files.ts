/** Files of a sandbox: uploads through `POST /files`, and the pictures its models draw. */
import { createHash, randomBytes } from 'node:crypto';
import { type Drawing, drawPicture } from './picture.ts';
import { notFound, Problem } from './problems.ts';

export interface FileStore {
  /** Takes the multipart form of `POST /files`; returns the API's file object. Throws 413 or 422. */
  upload(form: FormData): Promise<object>;
  /** The API's file object; throws 404 when there is none or it has expired. */
  show(id: string): object;
  list(): object[];
  remove(id: string): void;
  /** Keeps a picture for an hour and returns its address. */
  keepPicture(predictionId: string, drawing: Drawing): string;
  /** A kept picture as PNG, drawn when asked for; throws 404 when it has expired. */
  picture(predictionId: string, name: string): Buffer;
}

interface Upload {
  readonly file: Readonly<Record<string, unknown>>;
  readonly expiresAt: number;
}

const maxBytes = 100 * 1024 * 1024;
const maxNameBytes = 255;
const uploadSeconds = 24 * 3600;
const outputSeconds = 3600;

export function createFiles(options: {
  readonly now: () => number;
  readonly limitSecondMs: number;
  readonly origin: () => string;
}): FileStore {
  const { now, limitSecondMs, origin } = options;
  const uploads = new Map<string, Upload>();
  const pictures = new Map<string, { readonly drawing: Drawing; readonly expiresAt: number }>();

  const dropExpired = (kept: Map<string, { readonly expiresAt: number }>): void => {
    for (const [key, { expiresAt }] of kept) if (expiresAt <= now()) kept.delete(key);
  };

  return {
    async upload(form) {
      dropExpired(uploads);
      const content = form.get('content');
      if (content === null || typeof content === 'string') {
        throw new Problem(422, { title: 'Invalid file', detail: 'content is required', status: 422 });
      }
      if (content.size > maxBytes) {
        throw new Problem(413, {
          title: 'Payload too large',
          detail: 'Files may have up to 100 MB',
          status: 413,
        });
      }
      if (Buffer.byteLength(content.name) > maxNameBytes) {
        throw new Problem(422, { title: 'Invalid file', detail: 'filename is too long', status: 422 });
      }
      const bytes = Buffer.from(await content.arrayBuffer());
      const id = randomBytes(20).toString('base64url');
      const expiresAt = now() + uploadSeconds * limitSecondMs;
      const file = {
        id,
        name: content.name,
        content_type: content.type || 'application/octet-stream',
        size: bytes.length,
        checksums: { sha256: createHash('sha256').update(bytes).digest('hex') },
        metadata: await readMetadata(form.get('metadata')),
        created_at: new Date(now()).toISOString(),
        expires_at: new Date(expiresAt).toISOString(),
        urls: { get: `${origin()}/v1/files/${id}` },
      };
      uploads.set(id, { file, expiresAt });
      return file;
    },
    show(id) {
      dropExpired(uploads);
      const upload = uploads.get(id);
      if (!upload) throw notFound();
      return upload.file;
    },
    list() {
      dropExpired(uploads);
      return [...uploads.values()].map(({ file }) => file).reverse();
    },
    remove(id) {
      if (!uploads.delete(id)) throw notFound();
    },
    keepPicture(predictionId, drawing) {
      dropExpired(pictures);
      const key = `${predictionId}/out-${drawing.index}.png`;
      pictures.set(key, { drawing, expiresAt: now() + outputSeconds * limitSecondMs });
      return `${origin()}/output/${key}`;
    },
    picture(predictionId, name) {
      dropExpired(pictures);
      const kept = pictures.get(`${predictionId}/${name}`);
      if (!kept) throw notFound();
      return drawPicture(kept.drawing);
    },
  };
}

async function readMetadata(part: ReturnType<FormData['get']>): Promise<unknown> {
  if (part === null) return {};
  try {
    return JSON.parse(typeof part === 'string' ? part : await part.text());
  } catch {
    throw new Problem(422, { title: 'Invalid file', detail: 'metadata is not JSON', status: 422 });
  }
}
