/** Files known by their digests: whether what arrived is what was made, byte for byte. */

import { createHash } from 'node:crypto';
import type { Sandbox } from '../../src/sandbox/server.ts';

export const digest = (bytes: Uint8Array = new Uint8Array()) =>
  createHash('sha256').update(bytes).digest('hex');

export const digestsOf = (files: readonly { bytes?: Uint8Array }[]) =>
  files.map(({ bytes }) => digest(bytes));

/** The digests of what a model made, by the number of its prediction; -1 is the newest. */
export async function madeBy({ predictions }: Sandbox, index: number): Promise<string[]> {
  const urls = [predictions.at(index)?.output].flat().map(String);
  return Promise.all(urls.map(async (url) => digest(new Uint8Array(await (await fetch(url)).arrayBuffer()))));
}
