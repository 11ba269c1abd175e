/** `replibot verify`: recomputes every budget's counters from the ledger. */

import type { Task } from './task.ts';
import { withBudget } from './with-database.ts';

export const verify: Task = (config, print) =>
  withBudget(config, async (budget) => {
    const differences = await budget.verify();
    for (const difference of differences) await print(difference);
    if (differences.length === 0) await print('Every counter agrees with the ledger.');
    return differences.length === 0 ? 0 : 1;
  });
