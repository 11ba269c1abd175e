/**
 * A process that does nothing but admit and settle, for tests that run several of them or kill one. Its argument is JSON:
 * `url` of the database, `callers` at the same time, `requests` of each (0: until it is killed), `name` in its runs' ids.
 */

import { createBudget } from '../../../dist/core/budget/ledger.js';
import { scopesOf } from '../../../dist/core/budget/scope.js';
import { openDatabase } from '../../../dist/core/storage/open-database.js';

const { url, callers, requests, name, defaults } = JSON.parse(process.argv[2] ?? '{}');
const PLACE = { surface: 'discord', workspace: '7', channel: '8', direct: false };

const database = await openDatabase(url);
const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
const budget = createBudget({
  database,
  clock,
  timezone: 'UTC',
  defaults: { ...defaults, people: new Map(), roles: new Map(Object.entries(defaults.roles)) },
});

async function request(id, personId, amount) {
  const hold = {
    runId: id,
    personId,
    scopes: scopesOf({ personId, roles: ['discord:5'], place: PLACE }),
    ceilingMicroUsd: amount,
    typicalMicroUsd: Math.ceil(amount / 2),
    model: 'llama',
    command: 'ask',
  };
  try {
    return await database.sql.transaction().execute(async (transaction) => {
      const result = await budget.hold(transaction, hold);
      if (!result.held) throw new Error('refused');
      return result.amountMicroUsd;
    });
  } catch (error) {
    if (error.message === 'refused') return undefined;
    throw error;
  }
}

async function call(caller) {
  for (let count = 0; requests === 0 || count < requests; count++) {
    const id = `${name} ${caller} ${count}`;
    const held = await request(id, `discord:${(caller + count) % 5}`, 1 + ((caller * 7 + count * 13) % 97));
    if (held === undefined) {
      // A refusal is no reason to keep other work of this process waiting.
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    if (count % 3 !== 0) {
      const cost = Math.floor((held * (count % 11)) / 10);
      await database.sql
        .transaction()
        .execute((transaction) => budget.settle(transaction, id, Math.min(held, cost), { typical: true }));
    }
  }
}

process.stdout.write('ready\n');
await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
await database.close();
