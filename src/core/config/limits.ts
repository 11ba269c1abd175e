/** The `limits:` section: how often, how many at once, how many in line. */

import { z } from 'zod';

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

export const limitsSchema = z.strictObject({
  requests: z
    .string()
    .regex(/^[1-9]\d* per (second|minute|hour|day)$/, 'must be like 10 per minute')
    .optional(),
  'at-once': z.number().int().min(1).optional(),
  /** How many of a person's requests may wait for their turn. */
  queue: z.number().int().min(0).max(100).optional(),
  /** By command. */
  cooldowns: z
    .record(z.string(), z.string().regex(/^[1-9]\d* (second|minute|hour|day)s?$/, 'must be like 30 seconds'))
    .optional(),
});

export interface LimitsConfig {
  /** Per person. */
  readonly requests: { readonly count: number; readonly seconds: number };
  /** Runs of one person at the same time. */
  readonly atOnce: number;
  /** Runs of one person that wait for their turn; more are refused. */
  readonly queue: number;
  /** Seconds between two uses of a command by one person, by the command's name. */
  readonly cooldowns: ReadonlyMap<string, number>;
}

export function readLimits(file: z.output<typeof limitsSchema>): LimitsConfig {
  const [count = '10', , unit = 'minute'] = (file.requests ?? '10 per minute').split(' ');
  const cooldowns = Object.entries(file.cooldowns ?? {}).map(([command, text]) => {
    const [amount = '', name = ''] = text.split(' ');
    return [command, Number(amount) * secondsOf(name.replace(/s$/, ''))] as const;
  });
  return {
    requests: { count: Number(count), seconds: secondsOf(unit) },
    atOnce: file['at-once'] ?? 2,
    queue: file.queue ?? 3,
    cooldowns: new Map(cooldowns),
  };
}

function secondsOf(unit: string): number {
  return SECONDS[unit as keyof typeof SECONDS];
}
