/** What machines ask: is the process alive (/healthz), can people be served (/readyz), what has it counted (/metrics). */

import type { Hono } from 'hono';

export interface Readiness {
  readonly name: string;
  readonly ready: boolean;
}

/** What we need of a prom-client registry. */
export interface Metrics {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export function addProbes(
  app: Hono<{ Bindings: object }>,
  readiness: () => readonly Readiness[],
  metrics: Metrics | undefined,
): void {
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', (context) => {
    const notReady = readiness().flatMap(({ name, ready }) => (ready ? [] : [name]));
    return notReady.length === 0
      ? context.json({ status: 'ready' })
      : context.json({ status: 'not ready', waitingFor: notReady }, 503);
  });
  if (metrics) {
    app.get('/metrics', async (context) =>
      context.body(await metrics.metrics(), 200, { 'Content-Type': metrics.contentType }),
    );
  }
}
