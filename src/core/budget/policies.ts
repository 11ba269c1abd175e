/** Which cap is in force for a scope: the one an admin set, else the configured one. */

import type { Kysely, Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Cap, CapState, Scope, Unit } from './budget.ts';
import { scopeKey } from './scope.ts';

export interface CapDefaults {
  readonly eachPerson: Cap;
  readonly everybody: Cap;
  /** By person id. */
  readonly people: ReadonlyMap<string, Cap>;
}

/** A scope and the cap in force for it. */
export interface Policy {
  readonly scope: Scope;
  readonly key: string;
  readonly cap: Cap;
  readonly source: CapState['source'];
}

const UNITS: readonly Unit[] = ['day', 'week', 'month', 'once'];

function readUnit(text: string): Unit {
  const unit = UNITS.find((known) => known === text);
  if (!unit) throw new Error(`the policy table has an unknown unit: ${text}`);
  return unit;
}

function configuredCap(defaults: CapDefaults, scope: Scope): Cap {
  switch (scope.kind) {
    case 'person':
      return defaults.people.get(scope.id) ?? defaults.eachPerson;
    case 'everybody':
      return defaults.everybody;
  }
}

/** In the order of `scopes`. */
export async function readPolicies(
  sql: Kysely<Tables>,
  defaults: CapDefaults,
  scopes: readonly Scope[],
): Promise<Policy[]> {
  const keys = scopes.map(scopeKey);
  const rows = await sql.selectFrom('policy').selectAll().where('scope', 'in', keys).execute();
  return scopes.map((scope) => {
    const key = scopeKey(scope);
    const row = rows.find((candidate) => candidate.scope === key);
    if (!row) return { scope, key, cap: configuredCap(defaults, scope), source: 'configuration' };
    const cap: Cap = { amountMicroUsd: row.limit_micro_usd ?? 'unlimited', unit: readUnit(row.unit) };
    return { scope, key, cap, source: 'admin' };
  });
}

/** A limit as the tables keep it: null is unlimited. */
export function limitOf(cap: Cap): number | null {
  return cap.amountMicroUsd === 'unlimited' ? null : cap.amountMicroUsd;
}

/** Sets a scope's cap; the caller holds the policies alone. */
export async function writePolicy(
  transaction: Transaction<Tables>,
  change: { readonly scope: Scope; readonly cap: Cap; readonly actorId: string; readonly now: number },
): Promise<void> {
  const row = {
    limit_micro_usd: limitOf(change.cap),
    unit: change.cap.unit,
    set_by: change.actorId,
    set_at: change.now,
  };
  await transaction
    .insertInto('policy')
    .values({ scope: scopeKey(change.scope), ...row })
    .onConflict((conflict) => conflict.column('scope').doUpdateSet(row))
    .execute();
}
