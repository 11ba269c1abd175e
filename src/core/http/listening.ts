/** Opening and closing a server's port, with errors that tell the operator what to do. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';

/** Resolves with the address once connections are accepted. Throws OperatorError when the port can't be had. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  const listening = once(server, 'listening');
  server.listen(port, host);
  try {
    await listening;
  } catch (error) {
    throw portError(error, host, port);
  }
  const address = server.address();
  const boundPort = typeof address === 'object' && address ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`;
}

/**
 * Prepares a server that does not listen yet to be closed. What is returned resolves when every connection is gone: each as
 * soon as its answer has ended, all of them after `graceMs`.
 *
 * Browsers keep connections open between requests, and open some before they have any. Node closes neither those that
 * become idle after `close` nor those that have brought no request yet, so that is done here.
 */
export function makeClosable(server: Server, clock: Clock): (graceMs: number) => Promise<void> {
  /** Every connection, and how many of its requests are being answered. */
  const answering = new Map<Socket, number>();
  let closing = false;

  function closeIfIdle(socket: Socket): void {
    if (closing && answering.get(socket) === 0) socket.destroySoon();
  }

  server.on('connection', (socket) => {
    answering.set(socket, 0);
    socket.once('close', () => answering.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    answering.set(socket, (answering.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const count = answering.get(socket);
      if (count !== undefined) answering.set(socket, count - 1);
      closeIfIdle(socket);
    });
  });

  return async (graceMs) => {
    closing = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of answering.keys()) closeIfIdle(socket);
    const inTime = new AbortController();
    const late = clock.sleep(graceMs, inTime.signal).then(
      () => server.closeAllConnections(),
      () => undefined,
    );
    await closed;
    inTime.abort();
    await late;
  };
}

function portError(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const forPerson = 'Replibot could not open its web address.';
  switch (code) {
    case 'EADDRINUSE':
      return new OperatorError(
        `Port ${port} on ${host} is in use by another program: stop that program, or set PORT to a free port.`,
        forPerson,
      );
    case 'EACCES':
      return new OperatorError(
        `This user may not open port ${port} on ${host}: set PORT to a port above 1023.`,
        forPerson,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new OperatorError(`HOST is ${host}, which is not an address of this machine.`, forPerson);
    default:
      return error;
  }
}
