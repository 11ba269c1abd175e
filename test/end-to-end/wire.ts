/** A TCP connection to a service (Postgres, Redis) that a test can look into, cut, or let go silent. */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Chunk {
  readonly from: 'client' | 'server';
  readonly text: string;
  /** What the client has sent on this connection since it last began a transaction, this chunk included. */
  readonly transaction: string;
}

export interface Wire {
  readonly port: number;
  /** Called with every chunk before it is passed on; `cut` drops it and loses the connection there and then. */
  watch(watcher: ((chunk: Chunk) => 'pass' | 'cut') | undefined): void;
  /** Loses every connection and takes no new one. */
  cut(): void;
  /** Carries nothing from now on, and says nothing about it. */
  silence(): void;
  /** Works again. What was silent is lost. */
  mend(): void;
  close(): Promise<void>;
}

/** Listens on loopback and forwards to where the URL points. */
export async function createWire({ hostname, port }: URL): Promise<Wire> {
  let state: 'open' | 'cut' | 'silent' = 'open';
  let watcher: ((chunk: Chunk) => 'pass' | 'cut') | undefined;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    if (state === 'cut') return void client.destroy();
    const service = connect(Number(port), hostname);
    let transaction = '';
    const lose = () => {
      client.destroy();
      service.destroy();
    };
    const carry = (from: Chunk['from'], source: Socket, sink: Socket) => {
      sockets.add(source);
      source.on('data', (data) => {
        if (state === 'silent') return;
        const text = data.toString('latin1');
        if (from === 'client') transaction = /\bbegin\b/i.test(text) ? text : transaction + text;
        if (watcher?.({ from, text, transaction }) === 'cut') lose();
        else sink.write(data);
      });
      source.on('error', lose);
      source.on('close', () => {
        sockets.delete(source);
        lose();
      });
    };
    carry('client', client, service);
    carry('server', service, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();

  function loseAll(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    port: typeof address === 'object' && address ? address.port : 0,
    watch(next) {
      watcher = next;
    },
    cut() {
      state = 'cut';
      loseAll();
    },
    silence() {
      state = 'silent';
    },
    mend() {
      if (state === 'silent') loseAll();
      state = 'open';
    },
    async close() {
      loseAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
