/** What admins are still to be told: a row for each crossing and channel, leased to the process that tells it, until it is told. */

import type { Selectable } from 'kysely';
import type { Crossing, CrossingOutbox } from './budget/budget.ts';
import type { Clock } from './clock.ts';
import { LEASE_MS, takeLeases } from './runs/leases.ts';
import type { Database } from './storage/database.ts';
import type { AdminWarningTable } from './storage/tables.ts';

export interface OwedWarning {
  readonly id: number;
  /** `discord:<channel id>`, `slack:<channel id>`. */
  readonly channel: string;
  readonly crossing: Crossing;
  /** When it is not worth telling any more, in ms since the epoch. */
  readonly expiresAt: number;
}

export interface WarningOutbox extends CrossingOutbox {
  /** Extends the leases of this process. */
  renew(): Promise<void>;
  /**
   * Ours, and those of processes that are dead or have let go, oldest first; from now on all of them are ours. Of channels
   * that this process does not serve only those that have expired: another one may yet tell the rest.
   */
  takeOver(): Promise<readonly OwedWarning[]>;
  remove(id: number): Promise<void>;
  /** Lets go of everything, so that the next process need not wait. */
  release(): Promise<void>;
}

export interface WarningOutboxOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** This process, as leases name it. */
  readonly owner: string;
  /** Each of them is told everything. */
  readonly channels: readonly string[];
  /** Whether this process can say something there. */
  readonly serves: (channel: string) => boolean;
}

/** In a new period it is old news; of a long one after a day. */
const WORTH_TELLING_MS = 24 * 60 * 60 * 1000;

const LET_GO = { lease_owner: null, lease_until: 0 };

export function createWarningOutbox(options: WarningOutboxOptions): WarningOutbox {
  const { clock, owner, channels, serves } = options;
  const { sql } = options.database;
  const lease = () => ({ lease_owner: owner, lease_until: clock.now() + LEASE_MS });

  return {
    async put(transaction, crossings) {
      const rows = crossings.flatMap((crossing) =>
        channels.map((channel) => ({
          channel,
          crossing: JSON.stringify(crossing),
          expires_at: Math.min(clock.now() + WORTH_TELLING_MS, crossing.resetsAt ?? Number.MAX_SAFE_INTEGER),
          ...(serves(channel) ? lease() : LET_GO),
        })),
      );
      if (rows.length > 0) await transaction.insertInto('admin_warning').values(rows).execute();
    },

    async renew() {
      await sql.updateTable('admin_warning').set(lease()).where('lease_owner', '=', owner).execute();
    },

    async takeOver() {
      const rows = await sql.selectFrom('admin_warning').selectAll().orderBy('id').execute();
      const ripe = rows.filter(({ channel, expires_at }) => serves(channel) || expires_at <= clock.now());
      const taken = await takeLeases(sql, { table: 'admin_warning', rows: ripe, owner, clock });
      return taken.map(fromRow);
    },

    async remove(id) {
      await sql.deleteFrom('admin_warning').where('id', '=', id).execute();
    },

    async release() {
      await sql.updateTable('admin_warning').set(LET_GO).where('lease_owner', '=', owner).execute();
    },
  };
}

/** The JSON was written by `put`. */
function fromRow(row: Selectable<AdminWarningTable>): OwedWarning {
  return {
    id: row.id,
    channel: row.channel,
    crossing: JSON.parse(row.crossing),
    expiresAt: row.expires_at,
  };
}
