/** What goes over the wire, as zod schemas: requests are checked against them and the OpenAPI document is made of them. */

import { z } from 'zod';

const money = z.number().nonnegative().describe('US dollars');
const time = z.iso.datetime();

export const inferRequest = z
  .strictObject({
    command: z.string().optional().describe('A command by name, like ask or imagine'),
    model: z.string().optional().describe('Any permitted model: owner/name or owner/name:version'),
    input: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("The command's options or the model's inputs; files as links"),
    conversation: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .optional()
      .describe('Requests with the same value remember each other; absent: nothing is remembered'),
    callback: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Gets the finished run by POST, signed as in the Standard Webhooks specification'),
  })
  .refine((body) => (body.command === undefined) !== (body.model === undefined), {
    message: 'give either command or model',
  });

const STATUSES = [
  'queued',
  'starting',
  'processing',
  'succeeded',
  'failed',
  'canceled',
  'aborted',
  'unknown',
] as const;

export const runBody = z.strictObject({
  run_id: z.string(),
  prediction_id: z.string().nullable().describe('Of Replicate; null before there is one'),
  status: z.enum(STATUSES),
  command: z.string(),
  model: z.string(),
  output: z
    .unknown()
    .describe("The model's output once it has succeeded; null before, and again when data_removed"),
  data_removed: z.boolean().describe('Replicate deletes outputs an hour after their end'),
  error: z.string().nullable(),
  reserved_usd: money,
  cost_usd: money.nullable().describe('What it really cost; null while it runs'),
  created_at: time,
  started_at: time.nullable(),
  completed_at: time.nullable(),
  urls: z.strictObject({ get: z.string(), events: z.string(), cancel: z.string() }),
});

export const messageBody = z
  .strictObject({ text: z.string().describe('Markdown') })
  .describe('The answer of a command that runs no model');

export const problemBody = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
  })
  .describe('RFC 9457');

export type InferRequest = z.output<typeof inferRequest>;
export type RunBody = z.output<typeof runBody>;
export type ProblemBody = z.output<typeof problemBody>;
