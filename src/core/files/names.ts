/** File names that are fit to be shown, stored and sent: no path, no control characters, no surprise in their ending. */

/** In characters, the ending included; all platforms take that (Replicate: 255 bytes). */
const LONGEST_NAME = 60;

/** `extension` without a dot comes from the bytes and replaces the name's own ending when that says something else. */
export function cleanFileName(name: string, extension?: string): string {
  const base = (name.normalize('NFC').split(/[/\\]/).at(-1) ?? '')
    // Controls, invisible and direction marks, halves of characters, and what a shell or Windows would trip over.
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}<>:"|?*`$]/gu, '')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const [, stem = base, own] = /^(.+)\.([A-Za-z0-9]{1,8})$/.exec(base) ?? [];
  const ending = extension ?? own;
  const room = LONGEST_NAME - (ending === undefined ? 0 : ending.length + 1);
  const short = [...stem].slice(0, room).join('').trim() || 'file';
  // Windows opens devices by these names, whatever their ending.
  const safe = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(short) ? `${short}-file` : short;
  return ending === undefined ? safe : `${safe}.${ending.toLowerCase()}`;
}
