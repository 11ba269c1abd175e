/** A kill -9 right after every write of an admission and of a settlement, the last ones before the commits included. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { createOwner } from '../../../src/core/runs/leases.ts';
import type { Database } from '../../../src/core/storage/database.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { createWarningOutbox } from '../../../src/core/warning-outbox.ts';
import { databaseKinds } from '../storage/databases.ts';
import { openLedger } from './open-ledger.ts';

const SCRIPT = join(import.meta.dirname, 'dying-process.js');

/** What it had committed when it died. */
async function live(dying: {
  readonly url: string;
  readonly id: string;
  readonly writes: number;
}): Promise<string> {
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify(dying)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  await once(child, 'close');
  expect(child.signalCode).toBe('SIGKILL');
  return said.trim();
}

/** What the database knows of a run: its event, its hold, its row, its entries, what is to be told of its person. */
async function known({ sql }: Database, id: string) {
  const event = await sql.selectFrom('event').select('id').where('run_id', '=', id).executeTakeFirst();
  const hold = await sql.selectFrom('hold').select('state').where('run_id', '=', id).executeTakeFirst();
  const run = await sql.selectFrom('run').select('state').where('id', '=', id).executeTakeFirst();
  const entries = await sql.selectFrom('entry').select('kind').where('run_id', '=', id).execute();
  const warnings = await sql.selectFrom('admin_warning').select('crossing').execute();
  return [
    event && 'event',
    hold?.state,
    run?.state,
    entries.filter(({ kind }) => kind === 'hold').length,
    entries.filter(({ kind }) => kind === 'settle').length,
    warnings.filter(({ crossing }) => crossing.includes(`"${id}"`)).length,
  ];
}

/** By what was committed, under five caps. */
const STORED = new Map([
  ['', [undefined, undefined, undefined, 0, 0, 0]],
  ['admitted', ['event', 'held', 'admitted', 5, 0, 0]],
  ['admitted settled', ['event', 'settled', 'settled', 5, 5, 1]],
]);

it.concurrent.each(databaseKinds)(
  'all or nothing is there after each of them, on $name',
  async (kind) => {
    const place = await kind.create();
    const database = await openDatabase(place.url);
    const { budget } = openLedger({ database, startAt: Date.now() });
    const seen: string[] = [];
    try {
      for (let writes = 1; seen.at(-1) !== 'admitted settled'; writes++) {
        const id = `run ${writes}`;
        seen.push(await live({ url: place.url, id, writes }));
        expect([seen.at(-1), await known(database, id)]).toEqual([
          seen.at(-1),
          STORED.get(seen.at(-1) ?? ''),
        ]);
        expect(await budget.verify()).toEqual([]);
      }
      // Nobody waits for the lease of a process that died here.
      const next = { database, clock: systemClock, owner: createOwner() };
      const outbox = createWarningOutbox({ ...next, channels: ['discord:9'], serves: () => true });
      expect(await outbox.takeOver()).toMatchObject([{ channel: 'discord:9', crossing: { percent: 80 } }]);
      // So many writes has each of them.
      expect(seen.filter((said) => said === '').length).toBeGreaterThanOrEqual(6);
      expect(seen.filter((said) => said === 'admitted').length).toBeGreaterThanOrEqual(6);
    } finally {
      await database.close();
      await place.remove();
    }
  },
  120_000,
);
