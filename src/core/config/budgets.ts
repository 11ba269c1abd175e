/** The `budgets:` section: caps by scope, what is told and asked about money. */

import { z } from 'zod';
import type { Cap } from '../budget/budget.ts';
import { parseCap } from '../budget/cap.ts';
import { parseUsd } from '../budget/money.ts';
import { channelId, personId, roleId, workspaceId } from './ids.ts';
import type { Fail } from './read-file.ts';

/** An amount of money with its period, checked further by the ledger's own parser. */
const cap = z.union([z.string(), z.number()]).transform(String);

export const budgetsSchema = z.strictObject({
  'each-person': cap.optional(),
  'each-channel': cap.optional(),
  'each-workspace': cap.optional(),
  everybody: cap.optional(),
  people: z.record(personId, cap).optional(),
  roles: z.record(roleId, cap).optional(),
  channels: z.record(channelId, cap).optional(),
  workspaces: z.record(workspaceId, cap).optional(),
  /** What is left of a period is added to the next, up to this many times the allowance in all. */
  'carry-over': z.number().min(1).max(12).optional(),
  /** A command that may cost more asks first. */
  'ask-above': z.union([z.string(), z.number()]).transform(String).optional(),
  /** Where admins are told of caps that are nearly used up. */
  'warn-in': z.array(channelId).optional(),
  /** `doctor` warns of prices that were looked up longer ago. */
  'prices-age-days': z.number().int().positive().optional(),
});

type BudgetsFile = z.output<typeof budgetsSchema>;

export interface BudgetsConfig {
  readonly eachPerson: Cap;
  /** Absent: a channel has no cap unless an admin sets one; so with the workspace. */
  readonly eachChannel?: Cap;
  readonly eachWorkspace?: Cap;
  readonly everybody: Cap;
  /** By person id. */
  readonly people: ReadonlyMap<string, Cap>;
  /** By role id, like `discord:<role id>`. */
  readonly roles: ReadonlyMap<string, Cap>;
  /** By `discord:<channel id>` or `slack:<channel id>`. */
  readonly channels: ReadonlyMap<string, Cap>;
  /** By `discord:<server id>` or `slack:<team id>`. */
  readonly workspaces: ReadonlyMap<string, Cap>;
  /** 1: nothing is carried over. */
  readonly carryOver: number;
  readonly askAboveMicroUsd: number;
  /** `discord:<channel id>`, `slack:<channel id>`. */
  readonly warnIn: readonly string[];
  /** `doctor` warns of prices that were looked up longer ago. */
  readonly pricesAgeDays: number;
  /** Neither each person's nor everybody's was configured: the start-up log names the defaults in force. */
  readonly byDefault: boolean;
}

const ASK_ABOVE = '0.50';

export function readBudgets(file: BudgetsFile, fail: Fail): BudgetsConfig {
  const readCap = (path: readonly string[], text: string): Cap => {
    const parsed = parseCap(text);
    if (parsed) return parsed;
    throw fail(['budgets', ...path], 'must be like 1.00 per day, 20 per month or unlimited');
  };
  const optional = (name: 'each-channel' | 'each-workspace') => {
    const text = file[name];
    return text === undefined ? undefined : readCap([name], text);
  };
  const map = (name: 'people' | 'roles' | 'channels' | 'workspaces') =>
    new Map(Object.entries(file[name] ?? {}).map(([id, text]) => [id, readCap([name, id], text)]));
  const eachChannel = optional('each-channel');
  const eachWorkspace = optional('each-workspace');
  const askAboveMicroUsd = parseUsd(file['ask-above'] ?? ASK_ABOVE);
  if (askAboveMicroUsd === undefined) throw fail(['budgets', 'ask-above'], 'must be an amount like 0.40');
  return {
    eachPerson: readCap(['each-person'], file['each-person'] ?? '1.00 per day'),
    ...(eachChannel && { eachChannel }),
    ...(eachWorkspace && { eachWorkspace }),
    everybody: readCap(['everybody'], file.everybody ?? '20.00 per month'),
    people: map('people'),
    roles: map('roles'),
    channels: map('channels'),
    workspaces: map('workspaces'),
    carryOver: file['carry-over'] ?? 1,
    askAboveMicroUsd,
    warnIn: file['warn-in'] ?? [],
    pricesAgeDays: file['prices-age-days'] ?? 180,
    byDefault: !file['each-person'] && !file.everybody,
  };
}
