/** What /metrics shows: the process's own figures, and the few of ours that tell an operator something is wrong. */

import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export interface MetricSources {
  readonly activeRuns: () => number;
  readonly rateLimited: () => number;
}

export function createMetrics(sources: MetricSources): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  gauge('replibot_active_runs', 'Runs that this process follows', sources.activeRuns);
  gauge(
    'replibot_rate_limited_edits',
    'Edits that a platform refused as too many since the start',
    sources.rateLimited,
  );
  return registry;

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
}
