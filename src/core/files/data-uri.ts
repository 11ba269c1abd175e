/** Files that are their own address: `data:image/png;base64,…` (RFC 2397). */

/** The bytes; undefined when it is another kind of address. The type it claims is not believed. */
export function readDataUri(url: string): Buffer | undefined {
  const [, encoding, data = ''] = /^data:[^,;]*(?:;[^,;]*?)*?(;base64)?,(.*)$/s.exec(url) ?? [];
  if (!url.startsWith('data:')) return undefined;
  return encoding ? Buffer.from(data, 'base64') : Buffer.from(decodeLeniently(data));
}

function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
