/** The shape of replibot.yaml: what may stand there, with the sentences for what may not. */

import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { budgetsSchema } from './budgets.ts';
import { commandsSchema, guardSchema } from './commands.ts';
import { personId } from './ids.ts';
import { limitsSchema } from './limits.ts';
import { modelsSchema } from './models.ts';

export const fileSchema = z.strictObject({
  timezone: z.string().refine(isTimeZone, 'must be a time zone like Europe/Berlin').optional(),
  admins: z.array(personId).optional(),
  budgets: budgetsSchema.optional(),
  limits: limitsSchema.optional(),
  models: modelsSchema.optional(),
  commands: commandsSchema.optional(),
  guard: guardSchema.optional(),
  replies: z
    .strictObject({
      /** A longer answer becomes a file, with its start shown. */
      'file-after-pages': z.number().int().min(1).max(50).optional(),
      /** Whether an answer to a mention on Discord opens a thread. */
      'discord-threads': z.enum(['never', 'busy', 'always']).optional(),
    })
    .optional(),
});

export type FileConfig = z.output<typeof fileSchema>;

function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}
