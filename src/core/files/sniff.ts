/** What a file is, by its first bytes. */

import { isUtf8 } from 'node:buffer';

export type FileKind = 'image' | 'audio' | 'video' | 'text' | 'document' | 'archive' | 'html' | 'unknown';

export interface FileType {
  readonly kind: FileKind;
  readonly contentType: string;
  /** Without a dot. */
  readonly extension: string;
}

/** As many bytes as `sniff` looks at. */
export const SNIFF_BYTES = 4096;

type Signature = readonly [kind: FileKind, contentType: string, extension: string, ...Match[]];
/** Bytes in Latin-1 at an offset; all of a signature's must be there. */
type Match = readonly [offset: number, bytes: string];

/** The first that fits is it. Sources: the formats' own specifications. */
const SIGNATURES: readonly Signature[] = [
  ['image', 'image/png', 'png', [0, '\x89PNG\r\n\x1a\n']],
  ['image', 'image/jpeg', 'jpg', [0, '\xff\xd8\xff']],
  ['image', 'image/gif', 'gif', [0, 'GIF8']],
  ['image', 'image/webp', 'webp', [0, 'RIFF'], [8, 'WEBP']],
  ['image', 'image/avif', 'avif', [4, 'ftypavif']],
  ['image', 'image/heic', 'heic', [4, 'ftyphei']],
  ['image', 'image/heic', 'heic', [4, 'ftypmif1']],
  ['image', 'image/bmp', 'bmp', [0, 'BM'], [6, '\0\0\0\0']],
  ['image', 'image/tiff', 'tif', [0, 'II*\0']],
  ['image', 'image/tiff', 'tif', [0, 'MM\0*']],
  ['audio', 'audio/wav', 'wav', [0, 'RIFF'], [8, 'WAVE']],
  ['audio', 'audio/flac', 'flac', [0, 'fLaC']],
  ['audio', 'audio/ogg', 'ogg', [0, 'OggS']],
  ['audio', 'audio/mpeg', 'mp3', [0, 'ID3']],
  ['audio', 'audio/aiff', 'aiff', [0, 'FORM'], [8, 'AIF']],
  ['audio', 'audio/amr', 'amr', [0, '#!AMR']],
  ['audio', 'audio/mp4', 'm4a', [4, 'ftypM4A']],
  ['audio', 'audio/mp4', 'm4a', [4, 'ftypM4B']],
  ['video', 'video/quicktime', 'mov', [4, 'ftypqt']],
  ['video', 'video/mp4', 'mp4', [4, 'ftyp']],
  ['video', 'video/x-msvideo', 'avi', [0, 'RIFF'], [8, 'AVI ']],
  ['document', 'application/pdf', 'pdf', [0, '%PDF-']],
  ['document', 'model/gltf-binary', 'glb', [0, 'glTF']],
  ['archive', 'application/zip', 'zip', [0, 'PK\x03\x04']],
  ['archive', 'application/zip', 'zip', [0, 'PK\x05\x06']],
  ['archive', 'application/gzip', 'gz', [0, '\x1f\x8b']],
  ['archive', 'application/x-bzip2', 'bz2', [0, 'BZh']],
  ['archive', 'application/x-xz', 'xz', [0, '\xfd7zXZ\0']],
  ['archive', 'application/x-7z-compressed', '7z', [0, "7z\xbc\xaf'\x1c"]],
  ['archive', 'application/vnd.rar', 'rar', [0, 'Rar!\x1a\x07']],
  ['archive', 'application/zstd', 'zst', [0, '\x28\xb5\x2f\xfd']],
  ['archive', 'application/x-tar', 'tar', [257, 'ustar']],
];

const UNKNOWN: FileType = { kind: 'unknown', contentType: 'application/octet-stream', extension: 'bin' };

/** `head` is the file's beginning, all of a shorter one. Says `unknown` rather than guess. */
export function sniff(head: Uint8Array): FileType {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, SNIFF_BYTES));
  const text = bytes.toString('latin1');
  const found = SIGNATURES.find(([, , , ...matches]) =>
    matches.every(([offset, match]) => text.startsWith(match, offset)),
  );
  if (found) return { kind: found[0], contentType: found[1], extension: found[2] };
  if (text.startsWith('\x1aE\xdf\xa3')) {
    return text.includes('webm')
      ? { kind: 'video', contentType: 'video/webm', extension: 'webm' }
      : { kind: 'video', contentType: 'video/x-matroska', extension: 'mkv' };
  }
  return sniffMpegAudio(bytes) ?? sniffText(bytes) ?? UNKNOWN;
}

/** Without an ID3 tag there is only the frame's sync word: eleven bits, then version, layer and rates that exist. */
function sniffMpegAudio(bytes: Buffer): FileType | undefined {
  const [first = 0, second = 0, third = 0] = bytes;
  if (first !== 0xff || (second & 0xe0) !== 0xe0 || (second & 0x18) === 0x08) return undefined;
  if ((second & 0xf6) === 0xf0) return { kind: 'audio', contentType: 'audio/aac', extension: 'aac' };
  const exists = (second & 0x06) !== 0 && (third & 0xf0) !== 0xf0 && (third & 0x0c) !== 0x0c;
  return exists ? { kind: 'audio', contentType: 'audio/mpeg', extension: 'mp3' } : undefined;
}

function sniffText(bytes: Buffer): FileType | undefined {
  if (bytes.length === 0 || !isText(bytes)) return undefined;
  const begin = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/^(?:\s|<!--.*?-->|<\?xml.*?\?>)+/s, '')
    .toLowerCase();
  // The standard's list of how a page may begin is longer (mimesniff.spec.whatwg.org, 7.1); these run scripts.
  if (/^<(?:!doctype\s+html|html|head|body|script|iframe|meta|title|style)\b/.test(begin))
    return { kind: 'html', contentType: 'text/html', extension: 'html' };
  if (/^(?:<!doctype\s+svg|<svg\b)/.test(begin))
    return { kind: 'image', contentType: 'image/svg+xml', extension: 'svg' };
  return { kind: 'text', contentType: 'text/plain', extension: 'txt' };
}

/** UTF-8 without control characters other than tabs, line ends and the like. */
function isText(bytes: Buffer): boolean {
  if (bytes.some((byte) => byte < 0x20 && ![0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(byte))) return false;
  if (isUtf8(bytes)) return true;
  // The last character may be cut off where we stopped looking.
  return bytes.length === SNIFF_BYTES && [1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, -cut)));
}
