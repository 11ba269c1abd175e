/** A look at the beginning of a file on the network. */

import type { OpenFile } from './download.ts';
import { SNIFF_BYTES } from './sniff.ts';

/** What can be told of a file from its beginning; the rest is not read. */
export async function look(
  openFile: OpenFile,
  signal: AbortSignal,
): Promise<{ readonly head: Uint8Array; readonly sizeBytes: number | undefined }> {
  const opened = await openFile({ signal });
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const bytes of opened.body) {
      chunks.push(bytes);
      length += bytes.length;
      if (length >= SNIFF_BYTES) break;
    }
    return { head: Buffer.concat(chunks).subarray(0, SNIFF_BYTES), sizeBytes: opened.totalBytes };
  } finally {
    opened.close();
  }
}
