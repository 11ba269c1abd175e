/** Socket Mode of the Slack stand-in: connections, `hello` and `disconnect` frames, envelopes and their acknowledgements. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Carrier, DeliveryKind } from './deliveries.ts';
import type { Json } from './refusal.ts';

export interface SocketMode {
  /** A one-time URL, as apps.connections.open gives. */
  open(): string;
  readonly carrier: Carrier;
  readonly connections: number;
  /** How many connections there have been. */
  readonly opened: number;
  /** Says nothing on new connections from now on: no `hello`. */
  silent: boolean;
  /** Gives everything to one connection after the other; else the first one gets it all. Slack promises neither. */
  inTurn: boolean;
  /** Asks the bot to come back on a new connection, as Slack does every few hours. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void;
  close(): void;
}

export function createSocketMode(server: Server, port: () => number): SocketMode {
  const tickets = new Set<string>();
  const live: WebSocket[] = [];
  const waiting = new Map<string, () => void>();
  const forConnection: (() => void)[] = [];
  let opened = 0;
  let carried = 0;

  const sockets = new WebSocketServer({
    server,
    verifyClient: (info: { req: IncomingMessage }) => tickets.delete(String(info.req.url)),
  });
  sockets.on('connection', (socket) => {
    opened += 1;
    socket.on('message', (data) => {
      const frame: unknown = JSON.parse(String(data));
      waiting.get(String(Object(frame).envelope_id))?.();
    });
    socket.on('close', () => {
      const at = live.indexOf(socket);
      if (at >= 0) live.splice(at, 1);
    });
    if (mode.silent) return;
    live.push(socket);
    socket.send(
      JSON.stringify({ type: 'hello', num_connections: live.length, connection_info: { app_id: 'A0APP' } }),
    );
    for (const go of forConnection.splice(0)) go();
  });

  async function carry(kind: DeliveryKind, payload: Json, attempt: number, reason?: string): Promise<void> {
    while (live.length === 0) await new Promise<void>((resolve) => forConnection.push(resolve));
    const envelopeId = randomUUID();
    const acknowledged = new Promise<void>((resolve) => waiting.set(envelopeId, resolve));
    const retry = kind === 'events_api' ? { retry_attempt: attempt, retry_reason: reason ?? '' } : {};
    const envelope = {
      envelope_id: envelopeId,
      type: kind,
      payload,
      accepts_response_payload: kind !== 'events_api',
    };
    live[mode.inTurn ? ++carried % live.length : 0]?.send(JSON.stringify({ ...envelope, ...retry }));
    await acknowledged;
    waiting.delete(envelopeId);
  }

  const mode: SocketMode = {
    open() {
      const path = `/link/?ticket=${randomUUID()}`;
      tickets.add(path);
      return `ws://127.0.0.1:${port()}${path}`;
    },
    carrier: carry,
    get connections() {
      return live.length;
    },
    get opened() {
      return opened;
    },
    silent: false,
    inTurn: false,
    disconnect(reason) {
      for (const socket of live.splice(0)) {
        socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'standin' } }));
      }
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
  return mode;
}
