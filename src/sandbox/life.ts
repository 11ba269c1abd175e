/** The life of one prediction: boot, work and end; a cancel, its deadline and the longest running time stop it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from './faults.ts';
import type { OpenGivenFile } from './given-file.ts';
import { ModelFailure } from './job.ts';
import { measure } from './metrics.ts';
import type { Outputs } from './outputs.ts';
import type { PredictionRecord, Status, StreamEvent, WebhookEvent } from './record.ts';
import { perform } from './work.ts';

/** What a create has settled; the rest is the prediction's life. */
export type Draft = Pick<
  PredictionRecord,
  'model' | 'kind' | 'official' | 'version' | 'deployment' | 'input' | 'headers' | 'webhook' | 'webhookEvents'
> & {
  readonly streams: boolean;
  /** The output is a list, of pieces of text or of files; otherwise one value. */
  readonly listed: boolean;
  /** The input with the model's defaults. */
  readonly fullInput: PredictionRecord['input'];
  readonly deadlineSeconds: number | undefined;
};

export interface WorkOptions {
  readonly faults: Faults;
  readonly outputs: Outputs;
  readonly openGivenFile: OpenGivenFile;
  /** How long one second of a limit lasts: of Cancel-After, the 30 minutes, the hour until data is removed. */
  readonly limitSecondMs: number;
  readonly now: () => number;
  readonly answer: ((input: PredictionRecord['input']) => string) | undefined;
}

export interface LifeOptions extends WorkOptions {
  /** Aborted with `canceled` to stop the prediction. */
  readonly life: AbortController;
  /** Leaves the prediction where it is. */
  readonly stopped: AbortSignal;
  readonly bootMs: number;
  readonly onStart: () => void;
  readonly onChange: (change: WebhookEvent) => void;
}

const maxRunSeconds = 30 * 60;
/** Node fires timers that are longer than this at once. */
const maxTimerMs = 2 ** 31 - 1;

/** Resolves when the prediction has ended, or the sandbox is stopped. */
export async function lead(record: PredictionRecord, draft: Draft, options: LifeOptions): Promise<void> {
  const { faults, outputs, limitSecondMs, now, life, stopped, onChange } = options;
  const setStatus = (status: Status): void => {
    record.status = status;
    record.statuses.push({ status, at: now() });
  };

  const emit = (event: StreamEvent['event'], data: string): void => {
    record.events.push({ event, data });
    onChange(event === 'logs' ? 'logs' : 'output');
  };

  const signal = AbortSignal.any([life.signal, stopped]);
  let firstTokenAt: number | undefined;
  let status: Status = 'succeeded';
  const timers: NodeJS.Timeout[] = [];
  const stopAfter = (ms: number, reason: 'canceled' | 'timeout'): void => {
    timers.push(setTimeout(() => life.abort(reason), Math.min(ms, maxTimerMs)));
  };
  try {
    if (record.deadlineAt !== undefined) stopAfter(record.deadlineAt - now(), 'canceled');
    await sleep(options.bootMs, undefined, { signal });
    options.onStart();
    record.startedAt = now();
    setStatus('processing');
    onChange('start');
    stopAfter(maxRunSeconds * limitSecondMs, 'timeout');
    await perform({
      kind: record.kind,
      input: draft.fullInput,
      faults,
      signal,
      answer: options.answer?.(record.input),
      output: (item) => {
        firstTokenAt ??= now();
        if (!draft.listed) record.output = item;
        else if (Array.isArray(record.output)) record.output.push(item);
        else record.output = [item];
        emit('output', item);
      },
      result: (value) => {
        record.output = value;
      },
      log: (text) => {
        record.logs += text;
        emit('logs', text);
      },
      keep: (file) => outputs.keep(record.id, file),
      open: (url) => options.openGivenFile(url, signal),
    });
  } catch (error) {
    if (stopped.aborted) return;
    if (error instanceof ModelFailure) {
      status = 'failed';
      record.error = error.message;
    } else if (life.signal.reason === 'timeout') {
      status = 'failed';
      record.error = `Prediction timed out after ${maxRunSeconds / 60} minutes`;
    } else if (life.signal.aborted) {
      status = record.startedAt === undefined ? 'aborted' : 'canceled';
    } else {
      throw error;
    }
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
  record.completedAt = now();
  measure(record, firstTokenAt, faults);
  setStatus(status);
  record.events.push(...endOfStream(record));
  onChange('completed');
}

function endOfStream(record: PredictionRecord): StreamEvent[] {
  switch (record.status) {
    case 'failed':
      return [
        { event: 'error', data: JSON.stringify({ detail: record.error }) },
        { event: 'done', data: '{"reason":"error"}' },
      ];
    case 'canceled':
    case 'aborted':
      return [{ event: 'done', data: '{"reason":"canceled"}' }];
    default:
      return [{ event: 'done', data: '{}' }];
  }
}
