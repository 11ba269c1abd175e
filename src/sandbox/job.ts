/** What a model gets to work with, and the pace it keeps. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Faults } from './faults.ts';
import type { GivenFile } from './given-file.ts';
import type { ModelKind } from './models.ts';
import type { OutputFile } from './outputs.ts';

export interface Job {
  readonly kind: ModelKind;
  /** Checked, with defaults. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly faults: Faults;
  /** Aborted when the prediction is to stop. */
  readonly signal: AbortSignal;
  /** What the text models answer; undefined for an answer made from the prompt. */
  readonly answer: string | undefined;
  /** One token of text, or the address of one file. */
  output(item: string): void;
  /** The whole output of a model that gives neither text nor a list. */
  result(value: object): void;
  log(text: string): void;
  /** Keeps a file for an hour and returns its address. */
  keep(file: OutputFile): string;
  /** The file that an input names; undefined where it is a link that is left alone. */
  open(url: string): Promise<GivenFile | undefined>;
}

/** The model's own failure: what stands in the prediction's `error`. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure';
}

/** Calls `step` so many times, so many a second, as far as the faults allow. */
export async function pace(
  job: Job,
  count: number,
  perSecond: number,
  step: (index: number) => void,
): Promise<void> {
  const { faults, signal } = job;
  const startedAt = performance.now();
  for (let index = 0; index <= count; index += 1) {
    const failing = faults.endFailed;
    if (failing && (index >= failing.afterTokens || index === count)) throw new ModelFailure(failing.error);
    if (faults.stallAfterTokens !== null && index >= faults.stallAfterTokens) await never(signal);
    if (index === count) return;
    const wait = startedAt + ((index + 1) / perSecond) * 1000 - performance.now();
    if (wait >= 1) await sleep(wait, undefined, { signal });
    // At very high rates many steps fall into one turn; requests still get their share of the time.
    else if (index % 200 === 199) await turn();
    signal.throwIfAborted();
    step(index);
  }
}

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
