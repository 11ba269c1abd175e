/** What can be made slow or broken: set when the sandbox is made, or at any time while it runs. */
import { z } from 'zod';

const times = z.int().min(1);
const wait = z.number().min(0);
const status = z.int().min(400).max(599);
const failure = z.strictObject({ status, times }).nullable();
const failureWithWait = z
  .strictObject({ status, times, retryAfterSeconds: z.number().min(0).optional() })
  .nullable();

export const faultsSchema = z.strictObject({
  /** Milliseconds the first prediction of a model spends booting; later ones find it warm. */
  coldBootMs: wait,
  /** Milliseconds every prediction waits before it starts, beside any boot. */
  queueMs: wait,
  /** How fast text models write. */
  tokensPerSecond: z.number().positive(),
  /** How fast the other models work: steps of a picture, segments of a transcript. */
  stepsPerSecond: z.number().positive(),
  /** What every text model answers, word for word; null for an answer made from the prompt. */
  answer: z.string().nullable(),
  /** Milliseconds before any request under /v1 is looked at. */
  responseDelayMs: wait,
  /** Creates, and whatever else, per minute; more get 429. Refused requests count too. */
  createsPerMinute: z.int().min(1),
  readsPerMinute: z.int().min(1),
  /** The next creates get this status and nothing is created. */
  failCreates: failureWithWait,
  /** The next creates lose their connection before or after the prediction was accepted. */
  dropCreates: z.strictObject({ when: z.enum(['before', 'after']), times }).nullable(),
  /** The next GETs of a prediction, or of the list, get this status. */
  failGets: failureWithWait,
  /** The next streams are answered with this status. */
  failStreams: failure,
  /** The next streams break after so many bytes: the socket dies, or the response ends without `done`. */
  cutStream: z.strictObject({ afterBytes: z.int().min(0), times, how: z.enum(['socket', 'end']) }).nullable(),
  /** Whether stream events carry ids. Without, nothing can be resumed: every stream starts from the beginning. */
  streamIds: z.boolean(),
  /** No prediction has `urls.stream`. */
  noStreamUrl: z.boolean(),
  /** Streams are written in pieces of so many bytes, which cuts through characters and lines. */
  chunkBytes: z.int().min(1).nullable(),
  /** Milliseconds between the comments that keep an idle stream open. */
  heartbeatMs: z.number().min(1),
  /** Text is written up to this many tokens, then nothing more happens until somebody stops the prediction. */
  stallAfterTokens: z.int().min(0).nullable(),
  /** Predictions end as `failed` with this error after so many tokens or steps. */
  endFailed: z.strictObject({ error: z.string(), afterTokens: z.int().min(0) }).nullable(),
  /** Cancel requests are answered and forgotten. */
  ignoreCancel: z.boolean(),
  /** Where an official text model's token counts are told. */
  tokenCounts: z.enum(['metrics', 'logs', 'none']),
  /** The next uploads through POST /files get this status and nothing is kept. */
  failUploads: failure,
  /** The next downloads of output files get this status: 403 and 404 are what expired links give. */
  failFiles: failure,
  /** The next downloads of output files lose their connection after so many bytes. */
  cutFiles: z.strictObject({ afterBytes: z.int().min(0), times }).nullable(),
  /** The next downloads of output files are sent elsewhere. */
  redirectFiles: z.strictObject({ to: z.url(), times }).nullable(),
  /** The next downloads of output files bring a web page instead, with status 200. */
  htmlFiles: z.strictObject({ times }).nullable(),
  /** What output files are said to be, whatever they are; null for the truth. */
  fileContentType: z.string().nullable(),
  /** Bytes by which every picture is larger than it need be. */
  filePaddingBytes: z.int().min(0),
  /** Laid over the metrics of predictions that end; null takes a metric away. */
  metrics: z.record(z.string(), z.number().nullable()),
});

export type Faults = z.infer<typeof faultsSchema>;

/** A healthy Replicate: a short boot, a pleasant pace, its documented limits. */
export const healthy = (): Faults => ({
  coldBootMs: 300,
  queueMs: 0,
  tokensPerSecond: 60,
  stepsPerSecond: 25,
  answer: null,
  responseDelayMs: 0,
  createsPerMinute: 600,
  readsPerMinute: 3000,
  failCreates: null,
  dropCreates: null,
  failGets: null,
  failStreams: null,
  cutStream: null,
  streamIds: true,
  noStreamUrl: false,
  chunkBytes: null,
  heartbeatMs: 15_000,
  stallAfterTokens: null,
  endFailed: null,
  ignoreCancel: false,
  tokenCounts: 'metrics',
  failUploads: null,
  failFiles: null,
  cutFiles: null,
  redirectFiles: null,
  htmlFiles: null,
  fileContentType: null,
  filePaddingBytes: 0,
  metrics: {},
});

/** Faults that strike a number of times. */
type Countdown = {
  [Name in keyof Faults]: Faults[Name] extends { times: number } | null ? Name : never;
}[keyof Faults];

/** Takes one strike of a counted fault, if any is left. */
export function strike<Name extends Countdown>(faults: Faults, name: Name): Faults[Name] {
  const fault = faults[name];
  if (!fault || fault.times < 1) return faults[name];
  const struck = { ...fault };
  fault.times -= 1;
  if (fault.times < 1) Object.assign(faults, { [name]: null });
  return struck as Faults[Name];
}
