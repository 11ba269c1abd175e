/** The Budget port: what runs and commands ask of the ledger. Amounts are micro-USD, times ms since the epoch. */

import type { Transaction } from 'kysely';
import type { Place } from '../chat.ts';
import type { Tables } from '../storage/tables.ts';

/**
 * Whose money a cap limits. A role's cap is shared by its members, as a channel's is by all who ask there. Ids: a person's
 * (`key:<name>` for an API key) · `discord:<role id>`, `slack:<team>/<group id>` · `<surface>:<channel>` ·
 * `<surface>:<workspace>`.
 */
export type Scope =
  | { readonly kind: 'person' | 'role' | 'channel' | 'workspace'; readonly id: string }
  | { readonly kind: 'everybody' };

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
  /** Of the period's allowance; what extra credit paid is not in it. */
  readonly spentMicroUsd: number;
  readonly reservedMicroUsd: number;
  /** Left over from the period before and added to this one. */
  readonly carriedMicroUsd: number;
  /** Extra credit that is neither spent, reserved nor expired. */
  readonly creditMicroUsd: number;
  /** What a new hold may still take, credit included; Infinity when unlimited. */
  readonly leftMicroUsd: number;
  /** When the next period begins; undefined for `once`. */
  readonly resetsAt?: number;
  readonly paused?: Pause;
}

/** A scope is paused: it may spend nothing until somebody resumes it. */
export interface Pause {
  readonly scope: Scope;
  readonly by: string;
  readonly at: number;
}

/** Who asks, and where: what decides which caps apply. */
export interface Asker {
  readonly personId: string;
  readonly roles?: readonly string[];
  readonly place?: Place;
}

export interface HoldRequest {
  readonly runId: string;
  readonly personId: string;
  /** See `scopesOf`; the person and everybody when absent. */
  readonly scopes?: readonly Scope[];
  /** What the run can cost at most: held when every cap has room for it. */
  readonly ceilingMicroUsd: number;
  /** What it usually costs: with room for less than this under some cap, the request is refused. */
  readonly typicalMicroUsd: number;
  /** The label that people know the model by, and the command: estimates and reports are made by these. */
  readonly model?: string;
  readonly command?: string;
}

export type HoldResult =
  | { readonly held: true; readonly amountMicroUsd: number }
  /** `state` is the cap that had no room; `needsMicroUsd` what there would have had to be. */
  | {
      readonly held: false;
      readonly state: CapState;
      readonly needsMicroUsd: number;
      readonly pause?: never;
    }
  | { readonly held: false; readonly pause: Pause };

export interface SettleOptions {
  /** The real cost is not known: it is charged by measured time, or as held. Reports say so. */
  readonly measured?: boolean;
  /** The run did what it was asked for, so that its cost counts among the usual ones. */
  readonly typical?: boolean;
}

/** A cap of which a share is spent, told once for each cap and period. */
export interface Crossing {
  readonly scope: Scope;
  readonly percent: 80 | 100;
  readonly spentMicroUsd: number;
  /** With what was carried over. */
  readonly limitMicroUsd: number;
  readonly unit: Unit;
  readonly resetsAt?: number;
}

/** Keeps what is to be told until it is. */
export interface CrossingOutbox {
  /** Writes them down in the transaction that found them, so that no death of a process loses one. */
  put(transaction: Transaction<Tables>, crossings: readonly Crossing[]): Promise<void>;
}

/** The admin who changes something, and where they said so. */
export interface Actor {
  readonly personId: string;
  readonly where?: string;
}

export interface AuditEntry {
  readonly id: number;
  readonly at: number;
  readonly actorId: string;
  readonly where?: string;
  /** `allow` and `deny` are about a model that everybody may run. */
  readonly action:
    | 'set'
    | 'clear'
    | 'grant'
    | 'reset'
    | 'pause'
    | 'resume'
    | 'link'
    | 'unlink'
    | 'allow'
    | 'deny';
  readonly scope: Scope;
  /** In words; undefined where there was nothing. */
  readonly before?: string;
  readonly after?: string;
}

/** What usual runs of a model in a command cost: the last fifty that were settled. */
export interface Estimate {
  readonly runs: number;
  readonly medianMicroUsd: number;
  readonly percentile95MicroUsd: number;
}

export interface Budget {
  /**
   * Reserves under every cap that applies, in the caller's transaction: min(ceiling, room under each cap), or refuses. The
   * caller rolls back when it refuses. After five runs, what they usually cost replaces `typicalMicroUsd`.
   */
  hold(transaction: Transaction<Tables>, request: HoldRequest): Promise<HoldResult>;
  /**
   * Turns a run's hold into what it really cost, in full even above the hold, and gives the rest back; the period is the
   * one in which the hold was taken. 0 releases it. Gives the caps of which 80 or 100 % are spent by this, which are in the
   * outbox then, to be told once the transaction is committed. Does nothing, and gives undefined, when the hold was
   * resolved before.
   */
  settle(
    transaction: Transaction<Tables>,
    runId: string,
    costMicroUsd: number,
    options?: SettleOptions,
  ): Promise<readonly Crossing[] | undefined>;
  /**
   * After a refusal that was rolled back: the cap that is used up, the first time in its period, by whichever process.
   * Undefined when it only waits for running requests, is too small for this one request, or was told about before.
   */
  usedUp(refusal: Extract<HoldResult, { held: false }>): Promise<Crossing | undefined>;
  /** The caps under which a run's hold was taken, as they stand now: also those of the roles that its person had then. */
  statesOfRun(runId: string): Promise<readonly CapState[]>;
  /** The caps that apply, the person's own first. */
  states(asker: string | Asker): Promise<readonly CapState[]>;
  /** One scope's cap as it stands now. Throws UserError when the scope has none (a role, channel or workspace). */
  state(scope: Scope): Promise<CapState>;
  /** Every cap that an admin set or the configuration names, and everybody's; not those that each person has. */
  caps(): Promise<readonly CapState[]>;
  /** Sets a cap from now on, the current period included. */
  set(scope: Scope, cap: Cap, by: Actor): Promise<CapState>;
  /** Back to the configuration; undefined when that has no cap for this scope. */
  clear(scope: Scope, by: Actor): Promise<CapState | undefined>;
  /** Extra credit, used after the period's allowance, what expires first before the rest. Throws UserError without a cap. */
  grant(
    scope: Scope,
    amountMicroUsd: number,
    options: { readonly expiresAt?: number },
    by: Actor,
  ): Promise<CapState>;
  /** What was spent in the current period counts as nothing from now on. History stays. */
  reset(scope: Scope, by: Actor): Promise<CapState>;
  /** No more holds under this scope; everybody's stops everything. What runs goes on. */
  pause(scope: Scope, by: Actor): Promise<void>;
  /** False when it was not paused. */
  resume(scope: Scope, by: Actor): Promise<boolean>;
  /** The scopes that are paused now. */
  pauses(): Promise<readonly Pause[]>;
  /** What was changed, newest first; `before` is the id of the last entry of the page before. */
  audit(page: { readonly limit: number; readonly before?: number }): Promise<readonly AuditEntry[]>;
  /** Undefined until five runs were settled. */
  estimate(model: string, command: string): Promise<Estimate | undefined>;
  /** Recomputes every counter from the ledger's entries and from the holds; empty when all is well. */
  verify(): Promise<readonly string[]>;
}
