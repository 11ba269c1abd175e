/** What is in force for a scope: its cap, set by an admin or configured, and whether it is paused. */

import type { Kysely } from 'kysely';
import type { PauseTable, PolicyTable } from '../storage/budget-tables.ts';
import type { Tables } from '../storage/tables.ts';
import { readAccount } from './accounts.ts';
import type { Cap, CapState, Pause, Scope, Unit } from './budget.ts';
import { parseScopeKey, scopeKey } from './scope.ts';

/** Caps where no admin has set one. Without one, a role, channel or workspace is not counted. */
export interface CapDefaults {
  readonly eachPerson: Cap;
  readonly eachChannel?: Cap;
  readonly eachWorkspace?: Cap;
  readonly everybody: Cap;
  /** By the scopes' ids, as are the others. */
  readonly people: ReadonlyMap<string, Cap>;
  readonly roles?: ReadonlyMap<string, Cap>;
  readonly channels?: ReadonlyMap<string, Cap>;
  readonly workspaces?: ReadonlyMap<string, Cap>;
  /** A period has at most this many times its allowance, with what was left before; 1, or absent: nothing is carried over. */
  readonly carryOver?: number;
}

/** A scope and the cap in force for it. A person's scope is that of their account. */
export interface Policy {
  readonly scope: Scope;
  readonly key: string;
  readonly cap: Cap;
  readonly source: CapState['source'];
  /** Its own key, and of linked accounts those of all of them. */
  readonly keys: readonly string[];
  /** The keys of scopes whose extra credit this cap may use: its own, and those of linked accounts. */
  readonly creditKeys: readonly string[];
}

export interface Setting {
  readonly policy?: Policy;
  readonly pause?: Pause;
}

const UNITS: readonly Unit[] = ['day', 'week', 'month', 'once'];

export function readUnit(text: string): Unit {
  const unit = UNITS.find((known) => known === text);
  if (!unit) throw new Error(`the database has an unknown period: ${text}`);
  return unit;
}

/** A limit as the tables keep it: null is unlimited. */
export function limitOf(cap: Cap): number | null {
  return cap.amountMicroUsd === 'unlimited' ? null : cap.amountMicroUsd;
}

function configuredCap(
  defaults: CapDefaults,
  scope: Scope,
  personIds: readonly string[] = [],
): Cap | undefined {
  switch (scope.kind) {
    case 'person': {
      const own = personIds.map((id) => defaults.people.get(id)).find((cap) => cap !== undefined);
      return own ?? defaults.eachPerson;
    }
    case 'role':
      return defaults.roles?.get(scope.id);
    case 'channel':
      return defaults.channels?.get(scope.id) ?? defaults.eachChannel;
    case 'workspace':
      return defaults.workspaces?.get(scope.id) ?? defaults.eachWorkspace;
    case 'everybody':
      return defaults.everybody;
  }
}

interface Stored {
  readonly policies: readonly PolicyTable[];
  readonly pauses: readonly PauseTable[];
  readonly credits: ReadonlySet<string>;
}

async function readStored(sql: Kysely<Tables>, keys: readonly string[]): Promise<Stored> {
  const policies = await sql.selectFrom('policy').selectAll().where('scope', 'in', keys).execute();
  const pauses = await sql.selectFrom('pause').selectAll().where('scope', 'in', keys).execute();
  const credits = await sql
    .selectFrom('bucket')
    .select('scope')
    .distinct()
    .where('unit', '=', 'credit')
    .where('scope', 'in', keys)
    .where('spent_micro_usd', '<', 0)
    .execute();
  return { policies, pauses, credits: new Set(credits.map(({ scope }) => scope)) };
}

/** The people whose money a scope is about, as keys, whoever the account is named after first. */
interface Subject {
  readonly scope: Scope;
  readonly keys: readonly string[];
  readonly personIds: readonly string[];
}

async function subjectOf(sql: Kysely<Tables>, scope: Scope): Promise<Subject> {
  if (scope.kind !== 'person') return { scope, keys: [scopeKey(scope)], personIds: [] };
  const { accountId, personIds } = await readAccount(sql, scope.id);
  const keys = personIds.map((id) => scopeKey({ kind: 'person', id }));
  return { scope: { kind: 'person', id: accountId }, keys, personIds };
}

function capInForce(
  defaults: CapDefaults,
  { scope, keys, personIds }: Subject,
  { policies }: Stored,
): Pick<Policy, 'cap' | 'source'> | undefined {
  const set = keys
    .map((key) => policies.find((row) => row.scope === key))
    .find((candidate) => candidate !== undefined);
  if (set) {
    const cap: Cap = { amountMicroUsd: set.limit_micro_usd ?? 'unlimited', unit: readUnit(set.unit) };
    return { cap, source: 'admin' };
  }
  const cap = configuredCap(defaults, scope, personIds);
  return cap && { cap, source: 'configuration' };
}

/** Whose runs count under a person's cap; undefined: it is another kind of cap, and counts whatever it has counted. */
export function peopleUnder({ scope, keys }: Policy): readonly string[] | undefined {
  if (scope.kind !== 'person') return undefined;
  return keys.flatMap((key) => {
    const member = parseScopeKey(key);
    return member.kind === 'person' ? member.id : [];
  });
}

/** In the order of `scopes`. Linked accounts have the cap of the first of them that has one of its own. */
export async function readSettings(
  sql: Kysely<Tables>,
  defaults: CapDefaults,
  scopes: readonly Scope[],
): Promise<Setting[]> {
  if (scopes.length === 0) return [];
  const subjects: Subject[] = [];
  for (const scope of scopes) subjects.push(await subjectOf(sql, scope));
  const stored = await readStored(
    sql,
    subjects.flatMap(({ keys }) => keys),
  );
  return subjects.map((subject): Setting => {
    const { scope, keys } = subject;
    const inForce = capInForce(defaults, subject, stored);
    const paused = stored.pauses.find((row) => keys.includes(row.scope));
    return {
      ...(inForce && {
        policy: {
          ...inForce,
          scope,
          key: scopeKey(scope),
          keys,
          creditKeys: keys.filter((key) => stored.credits.has(key)),
        },
      }),
      ...(paused && { pause: pauseOf(paused) }),
    };
  });
}

export function pauseOf(row: PauseTable): Pause {
  return { scope: parseScopeKey(row.scope), by: row.paused_by, at: row.paused_at };
}
