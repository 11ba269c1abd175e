/** A host of files that can be cut off, redirect, forget its ranges, or change its mind. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface HostedFile {
  readonly bytes: Buffer;
  readonly contentType?: string;
  /** Default: a strong one. `null` for none. */
  readonly etag?: string | null;
  readonly ranges?: boolean;
  /** The connection breaks after so many bytes, for so many requests. */
  cut?: { readonly afterBytes: number; times: number };
}

export interface FileServer {
  readonly url: string;
  readonly port: number;
  /** `GET <path>` with its Range header. */
  readonly seen: string[];
  host(path: string, file: HostedFile): string;
  on(path: string, answer: (response: ServerResponse, request: IncomingMessage) => void): string;
}

export async function startFileServer(): Promise<FileServer> {
  const answers = new Map<string, (response: ServerResponse, request: IncomingMessage) => void>();
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    seen.push([path, request.headers.range ?? []].flat().join(' '));
    const answer = answers.get(path);
    if (answer) answer(response, request);
    else response.writeHead(404).end('nothing here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    seen,
    host(path, file) {
      answers.set(path, (response, request) => serve(file, response, request));
      return `${url}${path}`;
    },
    on(path, answer) {
      answers.set(path, answer);
      return `${url}${path}`;
    },
  };
}

function serve(file: HostedFile, response: ServerResponse, request: IncomingMessage): void {
  const { bytes, contentType = 'application/octet-stream', etag = '"one"', ranges = true } = file;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const still = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const partial = ranges && from > 0 && still;
  const body = partial ? bytes.subarray(from) : bytes;
  response.writeHead(partial ? 206 : 200, {
    'content-type': contentType,
    'content-length': body.length,
    ...(etag !== null && { etag }),
    ...(partial && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
  });
  const { cut } = file;
  if (!cut || cut.times < 1) {
    response.end(body);
    return;
  }
  cut.times -= 1;
  // What was written must have left before the socket dies, or the reader never sees it.
  response.write(body.subarray(0, cut.afterBytes), () => setTimeout(() => response.destroy(), 30));
}
