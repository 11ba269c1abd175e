/** A prediction as the sandbox remembers it, and as Replicate's API shows it. */
import type { ModelKind } from './models.ts';

export type Status = 'starting' | 'processing' | 'succeeded' | 'failed' | 'canceled' | 'aborted';
export type WebhookEvent = 'start' | 'output' | 'logs' | 'completed';

export interface StreamEvent {
  readonly event: 'output' | 'logs' | 'error' | 'done';
  readonly data: string;
}

/** Times are milliseconds since the epoch. */
export interface PredictionRecord {
  readonly id: string;
  /** `owner/name`. */
  readonly model: string;
  readonly kind: ModelKind;
  readonly official: boolean;
  /** 64 hexadecimal digits, or `hidden` for official models. */
  readonly version: string;
  readonly deployment?: string;
  /** As it was sent, without defaults. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Of the create, in lower case; never the authorization. */
  readonly headers: Readonly<Record<string, string>>;
  readonly webhook?: string;
  readonly webhookEvents: readonly WebhookEvent[];
  readonly createdAt: number;
  readonly deadlineAt?: number;
  /** Whether it has `urls.stream`. */
  readonly streamed: boolean;
  startedAt?: number;
  completedAt?: number;
  status: Status;
  readonly statuses: { readonly status: Status; readonly at: number }[];
  output: unknown;
  error: string | null;
  logs: string;
  metrics: Record<string, number>;
  events: StreamEvent[];
  /** How many cancel requests came. */
  cancelRequests: number;
  /** Input, output, logs and stream are gone, an hour after the end. */
  dataRemoved: boolean;
}

export const isTerminal = (status: Status): boolean => status !== 'starting' && status !== 'processing';

const time = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString();

/** The API's prediction object; `origin` like `http://127.0.0.1:8100`. */
export function showPrediction(record: PredictionRecord, origin: string): Record<string, unknown> {
  const url = `${origin}/v1/predictions/${record.id}`;
  const streams = record.kind === 'text' ? 'streams' : 'files';
  return {
    id: record.id,
    model: record.model,
    version: record.version,
    ...(record.deployment === undefined ? {} : { deployment: record.deployment }),
    input: record.dataRemoved ? {} : record.input,
    output: record.dataRemoved ? null : record.output,
    logs: record.dataRemoved ? '' : record.logs,
    error: record.error,
    status: record.status,
    source: 'api',
    data_removed: record.dataRemoved,
    created_at: time(record.createdAt),
    started_at: time(record.startedAt),
    completed_at: time(record.completedAt),
    ...(record.deadlineAt === undefined ? {} : { deadline: time(record.deadlineAt) }),
    ...(record.webhook === undefined
      ? {}
      : { webhook: record.webhook, webhook_events_filter: record.webhookEvents }),
    ...(isTerminal(record.status) ? { metrics: record.metrics } : {}),
    urls: {
      get: url,
      cancel: `${url}/cancel`,
      web: `https://replicate.com/p/${record.id}`,
      ...(record.streamed ? { stream: `${origin}/v1/${streams}/${streamIdOf(record)}` } : {}),
    },
  };
}

/** Text streams from `/v1/streams/…`, files from `/v1/files/…`; the name alone opens them. */
export const streamIdOf = (record: PredictionRecord): string => `stream-${record.id}`;
