/** Says which kinds of file are wanted when one of another kind came. */

import { UserError } from '../errors.ts';
import type { FileKind, FileType } from './sniff.ts';

const NAMES: Readonly<Record<FileKind, string>> = {
  image: 'a picture',
  audio: 'a sound recording',
  video: 'a video',
  text: 'a text',
  document: 'a document',
  archive: 'an archive',
  html: 'a web page',
  unknown: 'of a kind that I do not know',
};

/** Throws a UserError that names both kinds. */
export function checkKind({ kind }: FileType, accept: readonly FileKind[]): void {
  if (!accept.includes(kind)) throw new UserError(describeKinds('That file', kind, accept));
}

/** `file` begins the sentence. */
export function describeKinds(file: string, kind: FileKind, accept: readonly FileKind[]): string {
  if (accept.includes('unknown')) return `${file} is ${NAMES[kind]}, which no model is given.`;
  return `${file} is ${NAMES[kind]}; this needs ${accept.map((accepted) => NAMES[accepted]).join(' or ')}.`;
}
