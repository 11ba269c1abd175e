/** The tables as Kysely sees them, the same on SQLite and Postgres. Money is micro-USD, time ms since the epoch, JSON is text. */

import type { Generated } from 'kysely';

export interface Tables {
  run: RunTable;
  event: EventTable;
  policy: PolicyTable;
  bucket: BucketTable;
  hold: HoldTable;
  hold_bucket: HoldBucketTable;
  entry: EntryTable;
  audit: AuditTable;
  cache: CacheTable;
}

/** One accepted model command; see core/runs/run.ts. */
export interface RunTable {
  id: string;
  state: string;
  person_id: string;
  surface: string;
  /** JSON of the place. */
  place: string;
  command: string;
  /** JSON of the plan: everything needed to submit and present it. */
  plan: string;
  /** JSON of the reply's ref. */
  reply_ref: string;
  hold_micro_usd: number;
  cost_micro_usd: number | null;
  prediction_id: string | null;
  created_at: number;
  submitted_at: number | null;
  started_at: number | null;
  ended_at: number | null;
  /** Terminal status of the prediction, or `released` when there never was one. */
  outcome: string | null;
  /** The sentence shown when the run did not succeed. */
  failure: string | null;
  cancelled_by: string | null;
  lease_owner: string | null;
  lease_until: number;
}

/** Events that were taken, so that a redelivery is not. */
export interface EventTable {
  id: string;
  taken_at: number;
}

/** A cap that an admin set; what is not here comes from the configuration. `scope` is `person:<id>` or `everybody`. */
export interface PolicyTable {
  scope: string;
  /** null is unlimited. */
  limit_micro_usd: number | null;
  unit: string;
  set_by: string;
  set_at: number;
}

/** One scope's counters in one period. Unique by scope, unit and period. */
export interface BucketTable {
  id: Generated<number>;
  scope: string;
  unit: string;
  /** `2026-11-21`, `2026-W47`, `2026-11` or `once`, in the configured time zone. */
  period: string;
  starts_at: number;
  ends_at: number | null;
  limit_micro_usd: number | null;
  reserved_micro_usd: number;
  spent_micro_usd: number;
}

/** Money reserved for a run. `state`: held, settled. */
export interface HoldTable {
  run_id: string;
  person_id: string;
  state: string;
  amount_micro_usd: number;
  cost_micro_usd: number | null;
  created_at: number;
  resolved_at: number | null;
}

export interface HoldBucketTable {
  run_id: string;
  bucket_id: number;
}

/** The ledger: append-only. `kind`: hold, settle, release, grant, adjust. Amounts are signed changes of reserved and spent. */
export interface EntryTable {
  id: Generated<number>;
  at: number;
  kind: string;
  bucket_id: number;
  run_id: string | null;
  actor_id: string | null;
  reserved_micro_usd: number;
  spent_micro_usd: number;
}

/** What admins changed: who, what it was, what it is. */
export interface AuditTable {
  id: Generated<number>;
  at: number;
  actor_id: string;
  action: string;
  scope: string;
  before: string | null;
  after: string | null;
}

/** Keyv's rows: what may be lost. */
export interface CacheTable {
  key: string;
  value: string;
  expires_at: number | null;
}
