/** What the rest of the bot knows of Replicate: model references, predictions, their events, and the Models port. */

/** `owner/name` (official or to be pinned), `owner/name:<64 hex>` (pinned) or `deployments/owner/name`. */
export type ModelRef = string;

export type TerminalStatus = 'succeeded' | 'failed' | 'canceled' | 'aborted';
export type PredictionStatus = 'starting' | 'processing' | TerminalStatus;

/** What Replicate reports about a prediction's use; free-form there, so every field may be missing. */
export interface Metrics {
  readonly predictSeconds?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly images?: number;
  readonly audioSeconds?: number;
}

/** A prediction as far as we use it. Times are milliseconds since the epoch. */
export interface Prediction {
  readonly id: string;
  readonly status: PredictionStatus;
  /** Text models give a string or a list of strings; null before there is any and after an hour (`dataRemoved`). */
  readonly output: unknown;
  readonly error?: string;
  readonly logs: string;
  /** From `metrics`; token counts that stand only in the logs are read from there. */
  readonly metrics: Metrics;
  readonly dataRemoved: boolean;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly completedAt?: number;
  readonly streamUrl?: string;
}

/** What a prediction does, in order. `end` comes exactly once and last; the deltas before it add up to the whole text. */
export type PredictionEvent =
  /** The model has begun to work: the boot is over and running time counts from here. Once. */
  | { readonly type: 'start'; readonly startedAt: number }
  | { readonly type: 'text-delta'; readonly text: string }
  /** What was shown so far is not what Replicate has stored: replaces all text up to here. Rare. */
  | { readonly type: 'text-reset'; readonly text: string }
  | { readonly type: 'file'; readonly url: string }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'end'; readonly status: TerminalStatus; readonly prediction: Prediction };

/** What to create. The same value is stored in the run's row, so that another process can find or create it. */
export interface PredictionRequest {
  /** As returned by `resolve`: never an unpinned community model. */
  readonly model: ModelRef;
  readonly input: Readonly<Record<string, unknown>>;
  /** Sent as `Cancel-After`, counted by Replicate from creation; at least 5 (Replicate's minimum). */
  readonly deadlineSeconds: number;
}

/** What one value of a model's input may be, from its OpenAPI schema. Of alternatives it is the first. */
export interface ValueShape {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'unknown';
  /** `uri`: a file. `password`: a secret, which we do not take. */
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Of a text its characters, of a list its entries. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly enum?: readonly unknown[];
  /** Of a list: what each of its entries may be. */
  readonly items?: ValueShape;
}

/** One input of a model. */
export interface ModelInput extends ValueShape {
  readonly name: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly description?: string;
  /** Still taken, no longer offered. */
  readonly deprecated?: boolean;
}

export interface ResolvedModel {
  /** What a create takes: `owner/name` for official models, `owner/name:<64 hex>` for others, deployments as they are. */
  readonly ref: ModelRef;
  readonly official: boolean;
  /** By x-order. Empty when the model publishes no schema. */
  readonly inputs: readonly ModelInput[];
}

/** A public model that a search found. */
export interface FoundModel {
  readonly ref: ModelRef;
  readonly description: string;
}

/** A file on this machine's disk, for a model to read. */
export interface UploadRequest {
  readonly path: string;
  /** Clean; at most 255 bytes. */
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
}

export interface UploadedFile {
  /** What an input takes. Opens with the account's token only. */
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/**
 * Models hosted on Replicate. Every method has its own timeouts and retries; what is thrown is a UserError (the input is
 * wrong), an OperatorError (the account or the network is), or the signal's reason, and never holds the token.
 */
export interface Models {
  /** Pins a reference and reads its schema; cached. UserError when there is no such model. */
  resolve(ref: ModelRef, signal?: AbortSignal): Promise<ResolvedModel>;
  /**
   * Creates a prediction, sent at most once unless Replicate certainly did not accept it. Throws CreateUncertainError when
   * the request went out and no answer came back: the prediction may exist; look for it with `find`.
   */
  create(request: PredictionRequest, signal?: AbortSignal): Promise<Prediction>;
  get(predictionId: string, signal?: AbortSignal): Promise<Prediction>;
  /** Whose token it is. */
  account(): Promise<string>;
  /** `whsec_…`, with which Replicate signs its webhooks. */
  webhookSecret(): Promise<string>;
  /** Stops the prediction, so that it stops costing money. Fine when it has already ended. */
  cancel(predictionId: string): Promise<void>;
  /** Every prediction created from exactly this request at or after `since` (ms; clocks may differ by seconds), oldest first. */
  find(request: PredictionRequest, since: number, signal?: AbortSignal): Promise<readonly Prediction[]>;
  /**
   * What the prediction does from its beginning to its end, wherever it stands now: streamed, resumed when cut, polled
   * where there is no stream. Ends only with `end` or by throwing.
   */
  follow(predictionId: string, signal?: AbortSignal): AsyncIterable<PredictionEvent>;
  /** Public models that fit the words, best first, at most 25. Asks Replicate every time: see core/models/search.ts. */
  search(query: string, signal?: AbortSignal): Promise<readonly FoundModel[]>;
  /** Streamed from the disk. UserError with the limit when Replicate finds it too large. */
  upload(file: UploadRequest, signal?: AbortSignal): Promise<UploadedFile>;
}

/** A create whose outcome is unknown. */
export class CreateUncertainError extends Error {
  override readonly name = 'CreateUncertainError';
}
