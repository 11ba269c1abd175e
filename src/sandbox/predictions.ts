/** The predictions of a sandbox: how they begin, who watches them, what is left of them after an hour. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Draft, lead, type WorkOptions } from './life.ts';
import { isTerminal, type PredictionRecord, type WebhookEvent } from './record.ts';

export interface PredictionsOptions extends WorkOptions {
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

const dataSeconds = 3600;
const idAlphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const newId = (): string => [...randomBytes(26)].map((byte) => idAlphabet[byte % 32]).join('');

export function createPredictions(options: PredictionsOptions): Predictions {
  const { faults, limitSecondMs, now } = options;
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

  async function live(record: PredictionRecord, draft: Draft, life: AbortController): Promise<void> {
    await lead(record, draft, {
      ...options,
      life,
      stopped: stopped.signal,
      bootMs: (warm.has(record.model) ? 0 : faults.coldBootMs) + faults.queueMs,
      onStart: () => warm.add(record.model),
      onChange: (change) => changed(record, change),
    });
    lives.delete(record.id);
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
