/** The files of `POST /files`: kept on disk for a day, so that a hundred megabytes are never held in memory. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Part, readParts } from './multipart.ts';
import { notFound, Problem } from './problems.ts';

export interface Uploads {
  /** Takes the multipart form of `POST /files`; returns the API's file object. Throws 413 or 422. */
  take(request: Request): Promise<object>;
  /** The API's file object; throws 404 when there is none or it has expired. */
  show(id: string): object;
  list(): object[];
  remove(id: string): void;
  /** The bytes, as a model reads them; undefined when there are none under this name. */
  open(id: string): Readable | undefined;
  stop(): void;
}

interface Upload {
  readonly file: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly expiresAt: number;
}

const maxBytes = 100 * 1024 * 1024;
/** What the form itself may add to the file. */
const formBytes = 16 * 1024;
const maxMetadataBytes = 64 * 1024;
const maxNameBytes = 255;
const lifeSeconds = 24 * 3600;

export function createUploads(options: {
  readonly now: () => number;
  readonly limitSecondMs: number;
  readonly origin: () => string;
}): Uploads {
  const { now, limitSecondMs, origin } = options;
  const uploads = new Map<string, Upload>();
  let directory: Promise<string> | undefined;
  let made: string | undefined;

  const dropExpired = (): void => {
    for (const [id, { expiresAt, path }] of uploads) {
      if (expiresAt > now()) continue;
      uploads.delete(id);
      rmSync(path, { force: true });
    }
  };

  async function newPath(id: string): Promise<string> {
    directory ??= makeDirectory();
    made = await directory;
    return join(made, id);
  }

  async function write(part: Part, path: string): Promise<{ sizeBytes: number; sha256: string }> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const count = new Transform({
      transform(chunk: Buffer, _, done) {
        sizeBytes += chunk.length;
        hash.update(chunk);
        done(sizeBytes > maxBytes ? tooLarge() : null, chunk);
      },
    });
    await pipeline(Readable.from(part.content, { objectMode: false }), count, createWriteStream(path));
    return { sizeBytes, sha256: hash.digest('hex') };
  }

  return {
    async take(request) {
      dropExpired();
      const boundary = /;\s*boundary="?([^";]+)/i.exec(request.headers.get('content-type') ?? '')?.[1];
      if (boundary === undefined || !request.body) throw invalid('content is required');
      if (Number(request.headers.get('content-length') ?? 0) > maxBytes + formBytes) throw tooLarge();
      const id = randomBytes(20).toString('base64url');
      const path = await newPath(id);
      let content: { sizeBytes: number; sha256: string; name: string; type: string } | undefined;
      let metadata: unknown = {};
      try {
        for await (const part of readParts(request.body, boundary)) {
          if (part.name === 'content' && part.filename !== undefined && content === undefined) {
            const name = part.filename.replace(/%22/g, '"');
            if (Buffer.byteLength(name) > maxNameBytes) throw invalid('filename is too long');
            const type = part.contentType ?? 'application/octet-stream';
            content = { ...(await write(part, path)), name, type };
          } else {
            const text = await readText(part);
            if (part.name === 'metadata') metadata = parseMetadata(text);
          }
        }
        if (!content) throw invalid('content is required');
      } catch (error) {
        await rm(path, { force: true });
        throw error instanceof Problem ? error : invalid('the form could not be read');
      }
      const expiresAt = now() + lifeSeconds * limitSecondMs;
      const file = {
        id,
        name: content.name,
        content_type: content.type,
        size: content.sizeBytes,
        checksums: { sha256: content.sha256 },
        metadata,
        created_at: new Date(now()).toISOString(),
        expires_at: new Date(expiresAt).toISOString(),
        urls: { get: `${origin()}/v1/files/${id}` },
      };
      uploads.set(id, { file, path, expiresAt });
      return file;
    },
    show(id) {
      dropExpired();
      const upload = uploads.get(id);
      if (!upload) throw notFound();
      return upload.file;
    },
    list() {
      dropExpired();
      return [...uploads.values()].map(({ file }) => file).reverse();
    },
    remove(id) {
      const upload = uploads.get(id);
      if (!upload) throw notFound();
      uploads.delete(id);
      rmSync(upload.path, { force: true });
    },
    open(id) {
      dropExpired();
      const upload = uploads.get(id);
      return upload && createReadStream(upload.path);
    },
    stop() {
      if (made !== undefined) rmSync(made, { recursive: true, force: true });
    },
  };
}

const prefix = 'replicate-sandbox-';

/** A new directory. Those of sandboxes that died are removed when nothing in them is younger than a file may get. */
async function makeDirectory(): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const path = join(tmpdir(), name);
    const old = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs > lifeSeconds * 1000,
      () => false,
    );
    if (old) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
  return mkdtemp(join(tmpdir(), prefix));
}

const invalid = (detail: string): Problem => new Problem(422, { title: 'Invalid file', detail, status: 422 });

const tooLarge = (): Problem =>
  new Problem(413, { title: 'Payload too large', detail: 'Files may have up to 100 MB', status: 413 });

async function readText(part: Part): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of part.content) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxMetadataBytes) throw invalid(`${part.name} is too long`);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString();
}

function parseMetadata(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('metadata is not JSON');
  }
}
