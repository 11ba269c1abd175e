/** The page's own files, read once from `public/playground`: only what is in that folder can ever be asked for. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside `src` and `dist`, both of which hold this file three levels down. */
const DIRECTORY = fileURLToPath(new URL('../../../public/playground/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

interface Asset {
  readonly body: string;
  readonly type: string;
  readonly etag: string;
}

export interface Assets {
  find(name: string): Asset | undefined;
  /** Throws when the package lacks the file. */
  text(name: string): string;
}

/** Throws when the folder is missing: the package is incomplete then. */
export function readAssets(directory = DIRECTORY): Assets {
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(directory)) {
    const type = TYPES[name.split('.').at(-1) ?? ''];
    if (type === undefined) continue;
    const body = readFileSync(`${directory}/${name}`, 'utf8');
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    assets.set(name, { body, type, etag });
  }
  return {
    find: (name) => assets.get(name),
    text(name) {
      const asset = assets.get(name);
      if (!asset) throw new Error(`public/playground/${name} is missing`);
      return asset.body;
    },
  };
}
