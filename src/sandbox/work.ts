/** What a model does between start and end: writes, draws or listens, at the pace that is set. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Faults } from './faults.ts';
import type { ModelKind } from './models.ts';
import type { Drawing } from './picture.ts';
import { writeText } from './text.ts';
import { tokenize } from './tokens.ts';
import { transcribe } from './transcript.ts';

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
  /** The whole output of a model that gives no list. */
  result(value: object): void;
  log(text: string): void;
  /** Keeps a picture and returns its address. */
  keep(drawing: Drawing): string;
}

/** The model's own failure: what stands in the prediction's `error`. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure';
}

/** Resolves when the work is done; throws a ModelFailure, or the signal's reason. */
export async function perform(job: Job): Promise<void> {
  switch (job.kind) {
    case 'text':
      return write(job);
    case 'picture':
      return draw(job);
    case 'audio':
      return listen(job);
  }
}

async function write(job: Job): Promise<void> {
  const { input, faults } = job;
  const text = job.answer ?? faults.answer ?? writeText(String(input.prompt));
  const stops = String(input.stop_sequences ?? '')
    .split(',')
    .filter((stop) => stop !== '');
  const end = Math.min(text.length, ...stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0));
  const tokens = tokenize(text.slice(0, end)).slice(0, Number(input.max_tokens));
  await pace(job, tokens.length, faults.tokensPerSecond, (index) => job.output(tokens[index] ?? ''));
}

async function draw(job: Job): Promise<void> {
  const { input, faults } = job;
  const prompt = String(input.prompt);
  const seed = typeof input.seed === 'number' ? input.seed : Math.floor(Math.random() * 2 ** 31);
  const steps = Number(input.num_inference_steps);
  job.log(`Using seed: ${seed}\nPrompt: ${prompt}\n`);
  await pace(job, steps, faults.stepsPerSecond, (index) => job.log(progress(index + 1, steps)));
  for (let index = 0; index < Number(input.num_outputs); index += 1) {
    const drawing = { prompt, seed, index, width: Number(input.width), height: Number(input.height) };
    job.output(job.keep(drawing));
  }
}

/** As tqdm prints it, which is what Replicate's models log. */
function progress(step: number, steps: number): string {
  const percent = Math.floor((step / steps) * 100);
  return `${String(percent).padStart(3)}%|${'█'.repeat(Math.round(percent / 10)).padEnd(10)}| ${step}/${steps}\n`;
}

async function listen(job: Job): Promise<void> {
  const transcript = transcribe(job.input);
  job.log(`Transcribe with ${String(job.input.model)} model.\n`);
  await pace(job, transcript.segments.length, job.faults.stepsPerSecond, (index) =>
    job.log(`${transcript.segments[index]?.text.trim()}\n`),
  );
  job.result(transcript);
}

async function pace(
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
