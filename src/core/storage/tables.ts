/** The tables as Kysely sees them, the same on SQLite and Postgres. Money is micro-USD, time ms since the epoch, JSON is text. */

import type { Generated } from 'kysely';
import type {
  AuditTable,
  BucketTable,
  BudgetVersionTable,
  EntryTable,
  EstimateTable,
  HoldTable,
  LinkAttemptTable,
  LinkCodeTable,
  LinkTable,
  PauseTable,
  PolicyTable,
} from './budget-tables.ts';

export interface Tables {
  run: RunTable;
  event: EventTable;
  budget_version: BudgetVersionTable;
  policy: PolicyTable;
  pause: PauseTable;
  bucket: BucketTable;
  hold: HoldTable;
  entry: EntryTable;
  estimate: EstimateTable;
  audit: AuditTable;
  link: LinkTable;
  link_code: LinkCodeTable;
  link_attempt: LinkAttemptTable;
  api_key: ApiKeyTable;
  person: PersonTable;
  model_pin: ModelPinTable;
  allowed_model: AllowedModelTable;
  cache: CacheTable;
  admin_warning: AdminWarningTable;
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
  /** The run that it became. */
  run_id: Generated<string | null>;
}

/** What people are called; see core/people.ts. */
export interface PersonTable {
  id: string;
  name: string;
  seen_at: number;
}

/** Keys of other programs; see core/api-keys.ts. */
export interface ApiKeyTable {
  name: string;
  /** SHA-256 of the secret, in hex. */
  hash: string;
  callback_secret: string;
  admin: number;
  created_at: number;
  last_used_at: number | null;
}

/** The version that answers for a model of which people only give the name, from its first use on. */
export interface ModelPinTable {
  /** `owner/name`, or `owner/name:` with the version's first digits. */
  name: string;
  /** `owner/name:<64 hex>`. */
  ref: string;
  pinned_at: number;
}

/** Models that everybody may run by name. */
export interface AllowedModelTable {
  /** `owner/name` or `deployments/owner/name`. */
  name: string;
  /** In exactly this version. */
  ref: string;
  allowed_by: string;
  allowed_at: number;
}

/** What one channel of the admins is still to be told; see core/warning-outbox.ts. */
export interface AdminWarningTable {
  id: Generated<number>;
  /** `discord:<channel id>`, `slack:<channel id>`. */
  channel: string;
  /** JSON of the crossing. */
  crossing: string;
  /** When it is not worth telling any more. */
  expires_at: number;
  /** The process that tells it. */
  lease_owner: string | null;
  lease_until: number;
}

/** Keyv's rows: what may be lost. */
export interface CacheTable {
  key: string;
  value: string;
  expires_at: number | null;
}
