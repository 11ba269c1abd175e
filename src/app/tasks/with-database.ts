/** What a command of the command line does with the database: opens it, works, closes it. */

import type { Budget } from '../../core/budget/budget.ts';
import { createBudget } from '../../core/budget/ledger.ts';
import { systemClock } from '../../core/clock.ts';
import type { Config } from '../../core/config/config.ts';
import type { Database } from '../../core/storage/database.ts';
import { openDatabase } from '../../core/storage/open-database.ts';

export async function withDatabase<T>(config: Config, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(config.databaseUrl);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

export function withBudget<T>(config: Config, work: (budget: Budget) => Promise<T>): Promise<T> {
  return withDatabase(config, (database) =>
    work(createBudget({ database, clock: systemClock, timezone: config.timezone, defaults: config.budgets })),
  );
}
