/** The scopes that have a cap of their own, for lists. */

import type { Kysely } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Cap, Scope } from './budget.ts';
import { parseScopeKey, rankOf, scopeKey } from './scope.ts';
import type { CapDefaults } from './settings.ts';

/** Every scope with a cap of its own: set by an admin, or named in the configuration; and everybody. */
export async function namedScopes(sql: Kysely<Tables>, defaults: CapDefaults): Promise<Scope[]> {
  const rows = await sql.selectFrom('policy').select('scope').orderBy('scope').execute();
  const configured = (
    kind: 'person' | 'role' | 'channel' | 'workspace',
    caps: ReadonlyMap<string, Cap> = new Map(),
  ) => [...caps.keys()].map((id): Scope => ({ kind, id }));
  const scopes: Scope[] = [
    ...rows.map((row) => parseScopeKey(row.scope)),
    ...configured('person', defaults.people),
    ...configured('role', defaults.roles),
    ...configured('channel', defaults.channels),
    ...configured('workspace', defaults.workspaces),
    { kind: 'everybody' },
  ];
  const byKey = new Map(scopes.map((scope) => [scopeKey(scope), scope]));
  return [...byKey.values()].sort((a, b) => rankOf(a) - rankOf(b));
}
