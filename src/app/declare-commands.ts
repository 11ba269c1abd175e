/** Every command as it is declared, for what is made from the declarations alone (the Slack manifest). */

import { tmpdir } from 'node:os';
import { createBudget } from '../core/budget/ledger.ts';
import { systemClock } from '../core/clock.ts';
import type { Command } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import { createConversations } from '../core/conversations.ts';
import type { Log } from '../core/log.ts';
import { createReplicateModels } from '../core/models/replicate-models.ts';
import { createPeople } from '../core/people.ts';
import { createOwner, LEASE_MS } from '../core/runs/leases.ts';
import { createRunStore } from '../core/runs/store.ts';
import { createCache } from '../core/storage/cache.ts';
import { openDatabase } from '../core/storage/open-database.ts';
import { assembleCommands } from './commands.ts';

/** Connects to nothing and leaves nothing behind. */
export async function declareCommands(config: Config, log: Log): Promise<readonly Command[]> {
  const clock = systemClock;
  const database = await openDatabase('sqlite::memory:');
  try {
    const budget = createBudget({ database, clock, timezone: config.timezone, defaults: config.budgets });
    const models = createReplicateModels({ token: '', clock, log });
    const cache = createCache({ database });
    return assembleCommands({
      config,
      database,
      cache,
      models,
      budget,
      conversations: createConversations({ store: cache, ttlMs: config.ask.memoryMs }),
      runs: createRunStore({ database, budget, clock, owner: createOwner(), leaseMs: LEASE_MS }),
      people: createPeople({ database, clock }),
      filesDirectory: tmpdir(),
      clock,
      log,
    });
  } finally {
    await database.close();
  }
}
