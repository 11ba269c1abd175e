/** The shape of replibot.yaml: what may stand there, with the sentences for what may not. */

import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

const model = z.strictObject({
  ref: z
    .string()
    .regex(
      /^(deployments\/)?[\w.-]+\/[\w.-]+(:[0-9a-f]{64})?$/,
      'must be owner/name, owner/name:<64 hex digits> or deployments/owner/name',
    ),
  price: z.union(
    [
      z.literal('free'),
      z.strictObject({ hardware: z.string() }),
      z.strictObject({ 'per-second': z.number().positive() }),
      z.strictObject({ 'input-tokens': z.number().nonnegative(), 'output-tokens': z.number().nonnegative() }),
    ],
    'must be free, {hardware: a40}, {per-second: 0.0014} or {input-tokens: 0.65, output-tokens: 2.75}',
  ),
  /** Tokens the model can read; bounds what it remembers of a conversation. */
  context: z.number().int().min(500).optional(),
  /** Longest time from creation to end, boot included. Replicate ends every prediction after 30 minutes. */
  'max-seconds': z.number().int().min(5).max(1800).optional(),
  'typical-seconds': z.number().positive().optional(),
  'max-tokens': z.number().int().min(1).optional(),
});

const ask = z.strictObject({
  model: z.string().optional(),
  models: z.array(z.string()).nonempty().optional(),
  system: z.string().optional(),
  /** How long a conversation is remembered after its last answer. */
  'memory-hours': z.number().nonnegative().optional(),
});

const personId = z
  .string()
  .regex(
    /^(discord:\d{15,20}|slack:[A-Z0-9]+\/[A-Z0-9]+|web:\w+)$/,
    'must be discord:<user id>, slack:<team id>/<user id> or web:<name>',
  );

/** An amount of money with its period, checked further by the ledger's own parser. */
const amount = z.union([z.string(), z.number()]).transform(String);

export const fileSchema = z.strictObject({
  timezone: z.string().refine(isTimeZone, 'must be a time zone like Europe/Berlin').optional(),
  admins: z.array(personId).optional(),
  budgets: z
    .strictObject({
      'each-person': amount.optional(),
      everybody: amount.optional(),
      people: z.record(personId, amount).optional(),
    })
    .optional(),
  limits: z
    .strictObject({
      requests: z
        .string()
        .regex(/^[1-9]\d* per (second|minute|hour|day)$/, 'must be like 10 per minute')
        .optional(),
      'at-once': z.number().int().min(1).optional(),
    })
    .optional(),
  models: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower case, like llama'), model)
    .optional(),
  commands: z.strictObject({ ask: ask.optional() }).optional(),
});

export type FileConfig = z.output<typeof fileSchema>;
export type ModelFileConfig = z.output<typeof model>;

function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}
