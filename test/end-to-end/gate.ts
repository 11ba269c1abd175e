/** A proxy in front of a stand-in, where a test can stop at an exact moment: before a request gets through, or after its answer. */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface Passage {
  readonly when: 'before' | 'after';
  readonly method: string;
  /** With %40 and the like decoded. */
  readonly path: string;
  readonly requestBody: string;
  /** Empty before the answer. */
  readonly answerBody: string;
}

export interface Gate {
  readonly url: string;
  /** Called at every passage; `cut` loses the connection there and then. */
  watch(watcher: ((passage: Passage) => 'pass' | 'cut') | undefined): void;
  close(): Promise<void>;
}

/** Forwards everything to `target` (an origin), whole requests and whole answers. */
export async function createGate(target: string): Promise<Gate> {
  let watcher: ((passage: Passage) => 'pass' | 'cut') | undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const { method = 'GET', url = '/' } = request;
      const passage = { method, path: decodeURIComponent(url), requestBody: body.toString() };
      if (watcher?.({ when: 'before', ...passage, answerBody: '' }) === 'cut')
        return void request.socket.destroy();
      const answer = await fetch(target + url, {
        method,
        headers: forwardable(request.headers),
        ...(body.length > 0 && { body }),
      });
      const answerBody = Buffer.from(await answer.arrayBuffer());
      const seen = { when: 'after' as const, ...passage, answerBody: answerBody.toString() };
      if (watcher?.(seen) === 'cut') return void request.socket.destroy();
      const headers = [...answer.headers].filter(([name]) => !HOP_BY_HOP.has(name));
      response.writeHead(answer.status, Object.fromEntries(headers)).end(answerBody);
    } catch {
      request.socket.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    watch: (next) => {
      watcher = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-encoding',
]);

function forwardable(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && name !== 'host');
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
