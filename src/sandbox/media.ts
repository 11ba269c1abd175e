/** What the sandbox's models make of a file's first bytes: its type, a picture's size, a recording's length. */

export interface Media {
  /** Like `image/png`; `application/octet-stream` where the bytes say nothing. */
  readonly type: string;
  readonly width?: number;
  readonly height?: number;
  /** Of WAV files. */
  readonly seconds?: number;
}

const signatures: readonly (readonly [at: number, bytes: string, type: string])[] = [
  [0, '\xff\xd8\xff', 'image/jpeg'],
  [0, 'GIF8', 'image/gif'],
  [8, 'WEBP', 'image/webp'],
  [0, 'ID3', 'audio/mpeg'],
  [0, '\xff\xfb', 'audio/mpeg'],
  [0, 'OggS', 'audio/ogg'],
  [0, 'fLaC', 'audio/flac'],
  [4, 'ftyp', 'video/mp4'],
  [0, '\x1a\x45\xdf\xa3', 'video/webm'],
  [0, '%PDF', 'application/pdf'],
];

export function recognize(head: Buffer, sizeBytes: number): Media {
  const text = head.subarray(0, 512).toString('latin1');
  if (text.startsWith('\x89PNG') && head.length >= 24) {
    return { type: 'image/png', width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
  }
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WAVE') {
    const seconds = wavSeconds(head, sizeBytes);
    return { type: 'audio/wav', ...(seconds === undefined ? {} : { seconds }) };
  }
  if (/^\s*<(!doctype|html|head|body)\b/i.test(text)) return { type: 'text/html' };
  const type = signatures.find(([at, bytes]) => text.startsWith(bytes, at))?.[2];
  return { type: type ?? 'application/octet-stream' };
}

function wavSeconds(head: Buffer, sizeBytes: number): number | undefined {
  const format = head.indexOf('fmt ');
  const data = head.indexOf('data');
  if (format < 0 || data < 0 || head.length < format + 20) return undefined;
  const bytesPerSecond = head.readUInt32LE(format + 16);
  return bytesPerSecond > 0 ? (sizeBytes - data - 8) / bytesPerSecond : undefined;
}
