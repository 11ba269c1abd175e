/** Sends a file to the bot piece by piece, each again when it was lost on the way. */

import { patchBytes, postJson, remove } from './requests.js';

const PIECE_BYTES = 1024 * 1024;
const TRIES = 4;
const FIRST_WAIT_MS = 500;

/**
 * Resolves with the upload's id; `onProgress` gets shares from 0 to 1. Throws an error with a sentence, or the signal's; the
 * bot keeps nothing of it then.
 */
export async function upload(file, { onProgress, signal }) {
  const { id } = await postJson(
    '/uploads',
    { name: file.name || 'file', contentType: file.type, sizeBytes: file.size },
    signal,
  );
  try {
    for (let offset = 0; offset < file.size; offset += PIECE_BYTES) {
      await sendPiece(`/uploads/${id}?offset=${offset}`, file.slice(offset, offset + PIECE_BYTES), signal);
      onProgress(Math.min(1, (offset + PIECE_BYTES) / file.size));
    }
  } catch (error) {
    void forget(id);
    throw error;
  }
  return id;
}

/** What is not forgotten now is gone after a day. */
export const forget = (id) => remove(`/uploads/${id}`).catch(() => undefined);

async function sendPiece(url, piece, signal) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await patchBytes(url, piece, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** attempt));
    }
  }
}
