/** The tables of budgets as Kysely sees them: caps, buckets, holds, the append-only ledger, links between accounts. */

import type { Generated } from 'kysely';

/** One row, counted up by every change of policies, pauses, credit and links: what a process knows of them is of this version. */
export interface BudgetVersionTable {
  version: number;
}

/** A cap that an admin set; what is not here comes from the configuration. `scope` as in core/budget/scope.ts. */
export interface PolicyTable {
  scope: string;
  /** null is unlimited. */
  limit_micro_usd: number | null;
  unit: string;
  set_by: string;
  set_at: number;
}

/** A scope that may spend nothing for the time being, whatever its cap. */
export interface PauseTable {
  scope: string;
  paused_by: string;
  paused_at: number;
}

/**
 * One scope's counters in one period, or extra credit (`unit` credit: what was granted is spent below zero, and `ends_at` is
 * when it expires). Unique by scope, unit and period.
 */
export interface BucketTable {
  id: Generated<number>;
  scope: string;
  /** Of the kind of scope: buckets are locked in the order of rank, scope, id. */
  rank: number;
  unit: string;
  /** `2026-11-21`, `2026-W47`, `2026-11` or `once`, in the configured time zone; of credit its own id. */
  period: string;
  starts_at: number;
  ends_at: number | null;
  /** What the period allows, what was carried over included; null is unlimited, and 0 for credit. */
  limit_micro_usd: number | null;
  carried_micro_usd: number;
  reserved_micro_usd: number;
  spent_micro_usd: number;
  /** 0, 80 or 100: which share of the limit has been told about. */
  warned: number;
}

/** Money reserved for a run, and what it cost. `state`: held, settled. Reports are made from these rows. */
export interface HoldTable {
  run_id: string;
  person_id: string;
  /** `<surface>:<workspace>` and `<surface>:<channel>`; null where there is none, the latter in direct messages. */
  workspace: string | null;
  channel: string | null;
  /** The label that people know the model by. */
  model: string;
  command: string;
  state: string;
  amount_micro_usd: number;
  cost_micro_usd: number | null;
  /** 1 when the real cost is not known: charged by measured time, or as held. */
  measured: number;
  created_at: number;
  resolved_at: number | null;
}

/**
 * The ledger: append-only. Amounts are signed changes of a bucket's reserved and spent. `kind`: hold, settle, release (of a
 * run) · adjust (with a run: counted in this bucket from now on; without: a reset) · leave (no longer counted here) · grant.
 */
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

/** The last costs of one model in one command: sixteen digits each, fifty at most, the newest last. */
export interface EstimateTable {
  model: string;
  command: string;
  runs: number;
  costs: string;
}

/** What admins changed: who, where, what it was, what it is. */
export interface AuditTable {
  id: Generated<number>;
  at: number;
  actor_id: string;
  /** Where it was said, where that is known. */
  place: string | null;
  action: string;
  scope: string;
  before: string | null;
  after: string | null;
}

/** People who are one: `account_id` is the person id under which their money is counted. */
export interface LinkTable {
  person_id: string;
  account_id: string;
  linked_at: number;
}

/** A code that joins another account to this person, as its SHA-256. */
export interface LinkCodeTable {
  code_hash: string;
  person_id: string;
  expires_at: number;
}

/** Wrong codes, so that nobody tries them all. */
export interface LinkAttemptTable {
  id: Generated<number>;
  person_id: string;
  at: number;
}
