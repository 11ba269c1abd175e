/** What a model usually costs in a command, learnt from the last runs that were settled. */

import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Estimate } from './budget.ts';
import type { Queries } from './queries.ts';

/** Fewer say too little. */
const LEAST_RUNS = 5;

/** Of each cost in the table's text, so that the oldest can be cut off; enough for every whole number that is exact. */
export const DIGITS = 16;
export const KEPT_RUNS = 50;

/** Adds a run's cost and forgets the one before the last fifty: one statement, however many there were. */
export async function learn(
  transaction: Transaction<Tables>,
  queries: Queries,
  run: { readonly model: string; readonly command: string; readonly costMicroUsd: number },
): Promise<void> {
  const { model, command, costMicroUsd } = run;
  await queries.learn(transaction, { model, command, cost: String(costMicroUsd).padStart(DIGITS, '0') });
}

/** The smallest cost that `share` of them do not exceed. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** Undefined until there are five. */
export function estimateOf(row: { readonly costs: string } | undefined): Estimate | undefined {
  const runs = (row?.costs.length ?? 0) / DIGITS;
  if (!row || runs < LEAST_RUNS) return undefined;
  const costs = Array.from({ length: runs }, (_, index) =>
    Number(row.costs.slice(index * DIGITS, (index + 1) * DIGITS)),
  ).sort((a, b) => a - b);
  return { runs, medianMicroUsd: quantile(costs, 0.5), percentile95MicroUsd: quantile(costs, 0.95) };
}
