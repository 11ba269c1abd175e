/** Replicate's prediction object as ours: times in milliseconds, metrics by fixed names, token counts from the logs too. */

import type { Prediction as ApiPrediction } from 'replicate';
import type { Metrics, Prediction, PredictionStatus, TerminalStatus } from './prediction.ts';

/** Ended for good: nothing about it changes any more, except that its data is removed after an hour. */
export function isTerminal(status: PredictionStatus): status is TerminalStatus {
  return status !== 'starting' && status !== 'processing';
}

export function readPrediction(api: ApiPrediction): Prediction {
  const logs = api.logs ?? '';
  const error = readError(api.error);
  const startedAt = readTime(api.started_at);
  const completedAt = readTime(api.completed_at);
  const streamUrl = api.urls?.stream;
  return {
    id: api.id,
    status: api.status,
    output: api.output ?? null,
    logs,
    metrics: readMetrics(api.metrics ?? {}, logs),
    dataRemoved: api.data_removed === true,
    createdAt: readTime(api.created_at) ?? 0,
    ...(error !== undefined && { error }),
    ...(startedAt !== undefined && { startedAt }),
    ...(completedAt !== undefined && { completedAt }),
    ...(streamUrl && { streamUrl }),
  };
}

/**
 * Replicate's metrics are free-form. The newer names are those of its price lists (`token_output_count`,
 * `image_output_count`), and some models count their tokens only in the logs (`Input token count: 263`).
 */
export function readMetrics(metrics: Readonly<Record<string, unknown>>, logs: string): Metrics {
  const predictSeconds = amount(metrics.predict_time);
  const inputTokens =
    amount(metrics.input_token_count) ?? amount(metrics.token_input_count) ?? counted(logs, 'Input');
  const outputTokens =
    amount(metrics.output_token_count) ?? amount(metrics.token_output_count) ?? counted(logs, 'Output');
  const images = amount(metrics.image_count) ?? amount(metrics.image_output_count);
  // By the pattern of `video_output_duration_seconds`; no list of the names is published.
  const audioSeconds = amount(metrics.audio_input_duration_seconds);
  return {
    ...(predictSeconds !== undefined && { predictSeconds }),
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(images !== undefined && { images }),
    ...(audioSeconds !== undefined && { audioSeconds }),
  };
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The last count wins: a model that reports as it goes ends with the total. */
function counted(logs: string, what: 'Input' | 'Output'): number | undefined {
  const last = [...logs.matchAll(new RegExp(`\\b${what} token count: *(\\d{1,12})\\b`, 'gi'))].at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}

function readTime(value: string | null | undefined): number | undefined {
  const time = value ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function readError(value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
