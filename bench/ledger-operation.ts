/** What the ledger's benchmark does over and over: a run is admitted under five caps, and settled. */

import { createBudget } from '../src/core/budget/ledger.ts';
import { systemClock } from '../src/core/clock.ts';
import { createRunStore } from '../src/core/runs/store.ts';
import type { Database } from '../src/core/storage/database.ts';

const YEAR_MS = 365 * 24 * 3_600_000;

export function createOperation(database: Database): (caller: number, id: string) => Promise<void> {
  const cap = { amountMicroUsd: 9_000_000_000_000, unit: 'month' } as const;
  const budget = createBudget({
    database,
    clock: systemClock,
    timezone: 'UTC',
    defaults: {
      eachPerson: cap,
      eachChannel: cap,
      eachWorkspace: cap,
      everybody: cap,
      people: new Map(),
      roles: new Map([['discord:1', cap]]),
    },
  });
  const store = createRunStore({ database, budget, clock: systemClock, owner: 'bench', leaseMs: YEAR_MS });
  return async (caller, id) => {
    const admission = await store.admit(
      {
        id,
        personId: `discord:${caller}`,
        roles: ['discord:1'],
        surface: 'discord',
        place: { surface: 'discord', workspace: '7', channel: '8', direct: false },
        command: 'ask',
        plan: {
          label: 'llama',
          model: 'meta/llama',
          input: { prompt: 'Why is the sky blue?' },
          presenter: 'text',
          cost: { by: 'second', microUsdPerSecond: 725, deadlineSeconds: 300, typicalSeconds: 10 },
        },
        replyRef: { surface: 'discord' },
        createdAt: systemClock.now(),
      },
      `event ${id}`,
      { atOnce: 1_000, queue: 0 },
    );
    if (admission.type !== 'admitted') throw new Error(`the benchmark's run was ${admission.type}`);
    await store.settle(id, { costMicroUsd: 7_250, outcome: 'succeeded', endedAt: systemClock.now() });
  };
}
