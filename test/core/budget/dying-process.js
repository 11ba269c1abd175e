/**
 * A process that admits a run and settles it, and kills itself right after a given write: between that statement and the
 * next, or the commit. Its argument is JSON: `url` of the database, `id` of the run, `writes` that it lives for (0: it
 * dies after the settlement). It prints `admitted` and `settled`, each once its transaction is committed.
 */

import { writeSync } from 'node:fs';
import { createBudget } from '../../../dist/core/budget/ledger.js';
import { createOwner } from '../../../dist/core/runs/leases.js';
import { createRunStore } from '../../../dist/core/runs/store.js';
import { openDatabase } from '../../../dist/core/storage/open-database.js';
import { createWarningOutbox } from '../../../dist/core/warning-outbox.js';

const { url, id, writes } = JSON.parse(process.argv[2] ?? '{}');
const WRITES = new Set(['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode']);

const opened = await openDatabase(url);
const written = new WeakSet();
let left = writes;
const sql = opened.sql.withPlugin({
  transformQuery({ node, queryId }) {
    if (WRITES.has(node.kind)) written.add(queryId);
    return node;
  },
  async transformResult({ result, queryId }) {
    if (written.has(queryId) && --left === 0) process.kill(process.pid, 'SIGKILL');
    return result;
  },
});
const database = { ...opened, sql };
const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
const per = (amountMicroUsd, unit) => ({ amountMicroUsd, unit });
const defaults = {
  eachPerson: per(1_000, 'day'),
  eachChannel: per(100_000, 'day'),
  eachWorkspace: per(100_000, 'week'),
  everybody: per(100_000, 'month'),
  people: new Map(),
  roles: new Map([['discord:5', per(100_000, 'month')]]),
};
const owner = createOwner();
const serves = () => true;
const outbox = createWarningOutbox({ database, clock, owner, channels: ['discord:9'], serves });
const budget = createBudget({ database, clock, timezone: 'UTC', defaults, outbox });
const store = createRunStore({ database, budget, clock, owner, leaseMs: 60_000 });

const admission = await store.admit(
  {
    id,
    personId: id,
    roles: ['discord:5'],
    surface: 'discord',
    place: { surface: 'discord', workspace: '7', channel: '8', direct: false },
    command: 'ask',
    plan: {
      label: 'llama',
      model: 'meta/llama',
      input: {},
      presenter: 'text',
      cost: { by: 'second', microUsdPerSecond: 10, deadlineSeconds: 90, typicalSeconds: 20 },
    },
    replyRef: { surface: 'discord' },
    createdAt: clock.now(),
  },
  `event of ${id}`,
  { atOnce: 1, queue: 0 },
);
if (admission.type !== 'admitted') throw new Error(admission.type);
writeSync(1, 'admitted ');
await store.settle(id, { costMicroUsd: 850, outcome: 'succeeded', endedAt: clock.now() });
writeSync(1, 'settled');
process.kill(process.pid, 'SIGKILL');
