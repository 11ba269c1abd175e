/** The Budget port: what runs and commands ask of the ledger. Amounts are micro-USD, times ms since the epoch. */

import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';

/** Whose money a cap limits. Roles, channels and workspaces fit in here later without a change to the tables. */
export type Scope = { readonly kind: 'person'; readonly id: string } | { readonly kind: 'everybody' };

export type Unit = 'day' | 'week' | 'month' | 'once';

/** A limit per calendar period; `unlimited` never refuses but still counts. */
export interface Cap {
  readonly amountMicroUsd: number | 'unlimited';
  readonly unit: Unit;
}

/** How a cap stands in its current period. */
export interface CapState {
  readonly scope: Scope;
  readonly cap: Cap;
  /** Set by an admin in chat, or from the configuration (or its built-in default). */
  readonly source: 'admin' | 'configuration';
  readonly spentMicroUsd: number;
  readonly reservedMicroUsd: number;
  /** What a new hold may still take; Infinity when unlimited. */
  readonly leftMicroUsd: number;
  /** When the next period begins; undefined for `once`. */
  readonly resetsAt?: number;
}

export interface HoldRequest {
  readonly runId: string;
  readonly personId: string;
  /** What the run can cost at most: held when every cap has room for it. */
  readonly ceilingMicroUsd: number;
  /** What it usually costs: with room for less than this under some cap, the request is refused. */
  readonly typicalMicroUsd: number;
}

export type HoldResult =
  | { readonly held: true; readonly amountMicroUsd: number }
  /** `state` is the cap that had no room; `needsMicroUsd` what there would have had to be. */
  | { readonly held: false; readonly state: CapState; readonly needsMicroUsd: number };

export interface Budget {
  /** Reserves under every cap that applies, in the caller's transaction: min(ceiling, room under each cap), or refuses. */
  hold(transaction: Transaction<Tables>, request: HoldRequest): Promise<HoldResult>;
  /**
   * Turns a run's hold into what it really cost, in full even above the hold, and gives the rest back; the period is the
   * one in which the hold was taken. 0 releases it. Does nothing, and says false, when the hold was resolved before.
   */
  settle(transaction: Transaction<Tables>, runId: string, costMicroUsd: number): Promise<boolean>;
  /** The caps that apply to a person now, the person's own first. */
  states(personId: string): Promise<readonly CapState[]>;
  /** One scope's cap as it stands now. */
  state(scope: Scope): Promise<CapState>;
  /** Sets a cap from now on, the current period included, and writes the audit entry. `actorId` is a person's id. */
  set(scope: Scope, cap: Cap, actorId: string): Promise<CapState>;
  /** Recomputes every counter from the ledger's entries and the open holds; the list of differences is empty when all is well. */
  verify(): Promise<readonly string[]>;
}
