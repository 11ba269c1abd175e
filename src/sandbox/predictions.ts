/** The predictions of a sandbox and their lives: boot, run, end, cancellation, deadlines, removal of data. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from './faults.ts';
import type { OpenGivenFile } from './given-file.ts';
import { ModelFailure } from './job.ts';
import { measure } from './metrics.ts';
import type { Outputs } from './outputs.ts';
import {
  isTerminal,
  type PredictionRecord,
  type Status,
  type StreamEvent,
  type WebhookEvent,
} from './record.ts';
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

export interface PredictionsOptions {
  readonly faults: Faults;
  readonly outputs: Outputs;
  readonly openGivenFile: OpenGivenFile;
  /** How long one second of a limit lasts: of Cancel-After, the 30 minutes, the hour until data is removed. */
  readonly limitSecondMs: number;
  readonly now: () => number;
  readonly answer: ((input: PredictionRecord['input']) => string) | undefined;
  readonly onChange: (record: PredictionRecord, change: WebhookEvent) => void;
}

export interface Predictions {
  /** Oldest first. */
  readonly all: readonly PredictionRecord[];
  create(draft: Draft): PredictionRecord;
  /** With its data removed, when its hour is over. */
  find(id: string): PredictionRecord | undefined;
  cancel(record: PredictionRecord): void;
  /** Calls back whenever the prediction or its stream has changed. Returns how to stop that. */
  watch(record: PredictionRecord, listener: () => void): () => void;
  /** Resolves when the prediction has ended, or after `ms`. */
  ended(record: PredictionRecord, ms: number): Promise<void>;
  /** Leaves every prediction where it is. */
  stop(): void;
}

const maxRunSeconds = 30 * 60;
const dataSeconds = 3600;
/** Node fires timers that are longer than this at once. */
const maxTimerMs = 2 ** 31 - 1;
const idAlphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const newId = (): string => [...randomBytes(26)].map((byte) => idAlphabet[byte % 32]).join('');

export function createPredictions(options: PredictionsOptions): Predictions {
  const { faults, outputs, limitSecondMs, now } = options;
  const all: PredictionRecord[] = [];
  const byId = new Map<string, PredictionRecord>();
  const lives = new Map<string, AbortController>();
  const listeners = new Map<string, Set<() => void>>();
  const warm = new Set<string>();
  const stopped = new AbortController();

  const changed = (record: PredictionRecord, change: WebhookEvent): void => {
    if (stopped.signal.aborted) return;
    options.onChange(record, change);
    for (const listener of listeners.get(record.id) ?? []) listener();
  };

  const setStatus = (record: PredictionRecord, status: Status): void => {
    record.status = status;
    record.statuses.push({ status, at: now() });
  };

  const emit = (record: PredictionRecord, event: StreamEvent['event'], data: string): void => {
    record.events.push({ event, data });
    changed(record, event === 'logs' ? 'logs' : 'output');
  };

  async function live(record: PredictionRecord, draft: Draft, life: AbortController): Promise<void> {
    const signal = AbortSignal.any([life.signal, stopped.signal]);
    let firstTokenAt: number | undefined;
    let status: Status = 'succeeded';
    const timers: NodeJS.Timeout[] = [];
    const stopAfter = (ms: number, reason: 'canceled' | 'timeout'): void => {
      timers.push(setTimeout(() => life.abort(reason), Math.min(ms, maxTimerMs)));
    };
    try {
      if (record.deadlineAt !== undefined) stopAfter(record.deadlineAt - now(), 'canceled');
      const boot = (warm.has(record.model) ? 0 : faults.coldBootMs) + faults.queueMs;
      await sleep(boot, undefined, { signal });
      warm.add(record.model);
      record.startedAt = now();
      setStatus(record, 'processing');
      changed(record, 'start');
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
          emit(record, 'output', item);
        },
        result: (value) => {
          record.output = value;
        },
        log: (text) => {
          record.logs += text;
          emit(record, 'logs', text);
        },
        keep: (file) => outputs.keep(record.id, file),
        open: (url) => options.openGivenFile(url, signal),
      });
    } catch (error) {
      if (stopped.signal.aborted) return;
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
      lives.delete(record.id);
    }
    record.completedAt = now();
    measure(record, firstTokenAt, faults);
    setStatus(record, status);
    record.events.push(...endOfStream(record));
    changed(record, 'completed');
  }

  const removeOldData = (record: PredictionRecord): void => {
    if (record.dataRemoved || record.completedAt === undefined) return;
    if (now() < record.completedAt + dataSeconds * limitSecondMs) return;
    record.dataRemoved = true;
    record.output = null;
    record.logs = '';
    record.events = [];
  };

  return {
    all,
    create(draft) {
      for (const record of all) removeOldData(record);
      const { streams, listed: _listed, fullInput: _input, deadlineSeconds, ...kept } = draft;
      const createdAt = now();
      const record: PredictionRecord = {
        ...kept,
        id: newId(),
        createdAt,
        ...(deadlineSeconds === undefined ? {} : { deadlineAt: createdAt + deadlineSeconds * limitSecondMs }),
        streamed: streams && !faults.noStreamUrl,
        status: 'starting',
        statuses: [{ status: 'starting', at: createdAt }],
        output: null,
        error: null,
        logs: '',
        metrics: {},
        events: [],
        cancelRequests: 0,
        dataRemoved: false,
      };
      all.push(record);
      byId.set(record.id, record);
      const life = new AbortController();
      lives.set(record.id, life);
      void live(record, draft, life);
      return record;
    },
    find(id) {
      const record = byId.get(id);
      if (record) removeOldData(record);
      return record;
    },
    cancel(record) {
      record.cancelRequests += 1;
      if (!faults.ignoreCancel) lives.get(record.id)?.abort('canceled');
    },
    watch(record, listener) {
      const watching = listeners.get(record.id) ?? new Set();
      listeners.set(record.id, watching.add(listener));
      return () => {
        watching.delete(listener);
        if (watching.size === 0 && listeners.get(record.id) === watching) listeners.delete(record.id);
      };
    },
    async ended(record, ms) {
      const end = new AbortController();
      const check = (): void => {
        if (isTerminal(record.status)) end.abort();
      };
      const unwatch = this.watch(record, check);
      check();
      const signal = AbortSignal.any([end.signal, stopped.signal]);
      await sleep(ms, undefined, { signal }).catch(() => undefined);
      unwatch();
    },
    stop() {
      stopped.abort();
    },
  };
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
