/** Reads a `multipart/form-data` body part by part while it arrives, so that a large upload is never held whole. */

export interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly contentType?: string;
  /** To be read to its end before the next part is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

const maxHeadBytes = 8192;

/** Ends after the last boundary; throws when the body is no multipart form or is cut short. */
export async function* readParts(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Part> {
  const chunks = body[Symbol.asyncIterator]();
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first boundary has no line before it; with one it is like the others.
  let pending = Buffer.from('\r\n');

  async function fill(): Promise<void> {
    const { done, value } = await chunks.next();
    if (done) throw new Error('the form ends in the middle of a part');
    pending = Buffer.concat([pending, value]);
  }

  async function* untilDelimiter(): AsyncGenerator<Buffer> {
    for (;;) {
      const at = pending.indexOf(delimiter);
      const known = at < 0 ? pending.length - delimiter.length + 1 : at;
      if (known > 0) yield pending.subarray(0, known);
      if (known > 0) pending = pending.subarray(known);
      if (at >= 0) break;
      await fill();
    }
    pending = pending.subarray(delimiter.length);
  }

  async function readHead(): Promise<string | undefined> {
    while (pending.length < 2) await fill();
    if (pending.subarray(0, 2).toString() === '--') return undefined;
    for (;;) {
      const end = pending.indexOf('\r\n\r\n');
      if (end >= 0) {
        const head = pending.subarray(0, end).toString();
        pending = pending.subarray(end + 4);
        return head;
      }
      if (pending.length > maxHeadBytes) throw new Error('the head of a part is too long');
      await fill();
    }
  }

  async function firstHead(): Promise<string | undefined> {
    const before = untilDelimiter();
    while (!(await before.next()).done);
    return readHead();
  }

  try {
    for (let head = await firstHead(); head !== undefined; head = await readHead()) {
      const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
      const filename = /;\s*filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1];
      const contentType = /^content-type:\s*(\S.*?)\s*$/im.exec(head)?.[1];
      yield {
        name: /;\s*name="([^"]*)"/i.exec(disposition)?.[1] ?? '',
        ...(filename === undefined ? {} : { filename }),
        ...(contentType === undefined ? {} : { contentType }),
        content: untilDelimiter(),
      };
    }
  } finally {
    await chunks.return?.();
  }
}
