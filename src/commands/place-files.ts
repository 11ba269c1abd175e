/** Which input a file is for, when it came with a request and nobody said. */

import type { Attachment } from '../core/chat.ts';
import type { MediaKind } from '../core/command.ts';
import { UserError } from '../core/errors.ts';
import { mediaKind } from '../core/media-kind.ts';
import { isFile } from '../core/models/form.ts';
import type { ModelInput } from '../core/models/prediction.ts';

/** What models call the inputs for files of a kind. */
const NAMES: Readonly<Record<MediaKind, RegExp>> = {
  image: /image|img|picture|photo|frame|mask|face/i,
  audio: /audio|sound|speech|voice|song|music|wav/i,
  video: /video|clip|movie/i,
  text: /text|document|file/i,
};

/**
 * One file after the other to the first open input: one named after its kind, else a required one, else any. A list takes as
 * many as it may have. Throws UserError when there are more files than places.
 */
export function placeFiles(
  inputs: readonly ModelInput[],
  files: readonly Attachment[],
  given: ReadonlySet<string>,
): ReadonlyMap<string, readonly Attachment[]> {
  const open = inputs
    .filter((input) => isFile(input) && !given.has(input.name) && !input.deprecated)
    .sort((a, b) => Number(b.required) - Number(a.required));
  const placed = new Map<string, Attachment[]>();
  for (const file of files) {
    const free = open.filter((input) => (placed.get(input.name)?.length ?? 0) < roomOf(input));
    const kind = mediaKind(file);
    const input = free.find(({ name }) => kind && NAMES[kind].test(name)) ?? free[0];
    if (!input) throw new UserError(describeNoPlace(open, file));
    placed.set(input.name, [...(placed.get(input.name) ?? []), file]);
  }
  return placed;
}

function roomOf({ type, maxLength = Number.POSITIVE_INFINITY }: ModelInput): number {
  return type === 'array' ? maxLength : 1;
}

function describeNoPlace(open: readonly ModelInput[], { name }: Attachment): string {
  const places = open.map((input) => `\`${input.name}\``).join(', ');
  if (places === '') return `This model takes no file, or has its files already: “${name}” has no place.`;
  return `There is no place for “${name}”: this model takes files for ${places} only.`;
}
