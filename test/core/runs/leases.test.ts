/** Whose runs a process takes over, and when. */

import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { createLeases, createOwner, LEASE_MS } from '../../../src/core/runs/leases.ts';
import type { RunState } from '../../../src/core/runs/run.ts';
import { toRow } from '../../../src/core/runs/run-row.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { SAMPLE_RUN } from './sample-run.ts';

/** No process has it: Linux counts to 4,194,304 at most. */
const DEAD_PID = 999_999_999;
const here = createOwner();
const hereWith = (pid: number) => here.replace(`/${process.pid}/`, `/${pid}/`);

/** The ids of the runs that a process here takes over, at once and when the leases have run out. */
async function takenOver(owner: string, state: RunState = 'running'): Promise<[string[], string[]]> {
  const database = await openDatabase('sqlite::memory:');
  const clock = createFakeClock();
  const leases = createLeases({ database, clock, owner: createOwner() });
  const run = { ...SAMPLE_RUN, state };
  await database.sql
    .insertInto('run')
    .values(toRow(run, owner, clock.now() + LEASE_MS))
    .execute();
  const atOnce = await leases.takeOver();
  await clock.advance(LEASE_MS);
  const later = await leases.takeOver();
  await database.close();
  return [atOnce.map(({ id }) => id), later.map(({ id }) => id)];
}

it.each<RunState>(['queued', 'admitted', 'submitting', 'running', 'settled'])(
  'takes a %s run of a process that died here at once',
  async (state) => expect(await takenOver(hereWith(DEAD_PID), state)).toEqual([['run-1'], ['run-1']]),
);

it('takes the run of a process here that does not renew it when its lease has run out', async () => {
  expect(await takenOver(hereWith(process.ppid))).toEqual([[], ['run-1']]);
});

it('waits for a lease from elsewhere, also from another machine or container of the same name', async () => {
  expect(await takenOver(`elsewhere/${DEAD_PID}/x`)).toEqual([[], ['run-1']]);
  expect(await takenOver(`${hostname()}/${process.pid}/x`)).toEqual([[], ['run-1']]);
});

it('leaves alone what is closed', async () => {
  expect(await takenOver(hereWith(DEAD_PID), 'closed')).toEqual([[], []]);
});
