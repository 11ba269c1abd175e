/** Who follows which run: leases that a living process renews and that another one takes over when it is dead. */

import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Kysely, sql as raw } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import { OPEN_STATES, type Run } from './run.ts';
import { fromRow } from './run-row.ts';

/** How long a lease holds without renewal; renewed three times as often. */
export const LEASE_MS = 15_000;

export interface Leases {
  /** Extends everything this process follows. */
  renew(): Promise<void>;
  /** Runs whose process is dead or has let go, and our own, oldest first; from now on all of them are ours. */
  takeOver(): Promise<readonly Run[]>;
  /** Lets go of everything, so that the next process need not wait. */
  release(): Promise<void>;
}

/** A name for this process that says where and under which pid it lives: `place/pid/random`. */
export function createOwner(): string {
  return `${pidsPlace()}/${process.pid}/${randomUUID()}`;
}

/**
 * Whose pids we can ask about: those of the same kernel since its boot, in the same container. The host's name alone does not
 * say that: two machines may have the same, and containers their machine's.
 */
function pidsPlace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Not Linux.
    return hostname();
  }
}

export function createLeases(options: { database: Database; clock: Clock; owner: string }): Leases {
  const { clock, owner } = options;
  const { sql } = options.database;
  return {
    async renew() {
      await sql
        .updateTable('run')
        .set({ lease_until: clock.now() + LEASE_MS })
        .where('lease_owner', '=', owner)
        .where('state', 'in', OPEN_STATES)
        .execute();
    },
    async takeOver() {
      const rows = await sql
        .selectFrom('run')
        .selectAll()
        .where('state', 'in', OPEN_STATES)
        .orderBy('created_at')
        .execute();
      const taken = await takeLeases(sql, { table: 'run', rows, owner, clock });
      return taken.map(fromRow);
    },
    async release() {
      await sql
        .updateTable('run')
        .set({ lease_owner: null, lease_until: 0 })
        .where('lease_owner', '=', owner)
        .where('state', 'in', OPEN_STATES)
        .execute();
    },
  };
}

/** What every leased row has. */
interface Leased {
  readonly id: string | number;
  readonly lease_owner: string | null;
  readonly lease_until: number;
}

/** Those of the table's rows that are ours: they were before, or they are abandoned and nobody else was quicker to take them. */
export async function takeLeases<R extends Leased>(
  sql: Kysely<Tables>,
  options: {
    readonly table: 'run' | 'admin_warning';
    readonly rows: readonly R[];
    readonly owner: string;
    readonly clock: Clock;
  },
): Promise<R[]> {
  const { table, rows, owner, clock } = options;
  const taken: R[] = [];
  for (const row of rows) {
    if (row.lease_owner !== owner) {
      if (row.lease_until > clock.now() && !isDeadHere(row.lease_owner, owner)) continue;
      const { numAffectedRows } = await raw`
        update ${raw.table(table)} set lease_owner = ${owner}, lease_until = ${clock.now() + LEASE_MS}
        where id = ${row.id} and lease_until = ${row.lease_until}
          and lease_owner is not distinct from ${row.lease_owner}`.execute(sql);
      if (numAffectedRows !== 1n) continue;
    }
    taken.push(row);
  }
  return taken;
}

/** True when the owner lived here and certainly lives no more; a lease from elsewhere has to run out. */
function isDeadHere(other: string | null, owner: string): boolean {
  if (other === null) return true;
  const [place, pid] = other.split('/');
  const [ourPlace, ourPid] = owner.split('/');
  if (place !== ourPlace) return false;
  // Ours by its pid, not by the rest of its name: one that had the pid before us.
  if (pid === ourPid) return true;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
