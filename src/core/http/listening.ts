/** Opening and closing a server's port, with errors that tell the operator what to do. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';

/** Browsers keep connections open between requests; Node does not close those that become idle after `close`. */
const LOOK_FOR_IDLE_MS = 20;

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

/** Resolves when every connection is gone: each as soon as its answer has ended, all of them after `graceMs`. */
export async function closeServer(server: Server, clock: Clock, graceMs: number): Promise<void> {
  let open = true;
  const closed = new Promise<void>((resolve) => server.close(() => resolve())).then(() => {
    open = false;
  });
  const cutAt = clock.now() + graceMs;
  while (open && clock.now() < cutAt) {
    server.closeIdleConnections();
    await Promise.race([closed, clock.sleep(LOOK_FOR_IDLE_MS)]);
  }
  server.closeAllConnections();
  await closed;
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
