/** Which handler answers which part of the URL space. */

/** A request handler in the shape that hono apps have as `fetch`; `env` holds the connection, for those who know hono's. */
export type Fetch = (request: Request, env?: object) => Response | Promise<Response>;

export interface MountOptions {
  /** Larger bodies are refused with 413; one MiB unless told. */
  readonly maxBodyBytes?: number;
}

interface Mount extends MountOptions {
  readonly path: string;
  readonly fetch: Fetch;
}

export interface Mounts {
  add(path: string, fetch: Fetch, options?: MountOptions): void;
  find(path: string): Mount | undefined;
}

export function createMounts(): Mounts {
  const mounts: Mount[] = [];
  return {
    add(path, fetch, options = {}) {
      mounts.push({ ...options, path, fetch });
      mounts.sort((a, b) => b.path.length - a.path.length);
    },
    find: (path) => mounts.find((mount) => isBelow(path, mount.path)),
  };
}

function isBelow(path: string, mountPath: string): boolean {
  return mountPath === '/' || path === mountPath || path.startsWith(`${mountPath}/`);
}
