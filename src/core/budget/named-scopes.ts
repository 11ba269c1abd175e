/** The scopes that have a cap of their own, for lists. */

import type { Kysely } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Cap, Scope } from './budget.ts';
import { parseScopeKey, rankOf, scopeKey } from './scope.ts';
import { type CapDefaults, configuredChannel } from './settings.ts';

/** Channels in which something was spent: the configuration does not say which workspace each is in. */
async function usedChannels(sql: Kysely<Tables>, defaults: CapDefaults): Promise<Scope[]> {
  if (!defaults.channels?.size) return [];
  const rank = rankOf({ kind: 'channel', id: '' });
  const rows = await sql.selectFrom('bucket').select('scope').distinct().where('rank', '=', rank).execute();
  return rows
    .map(({ scope }) => parseScopeKey(scope))
    .filter((scope) => scope.kind === 'channel' && configuredChannel(defaults, scope.id) !== undefined);
}

/**
 * Every scope with a cap of its own: set by an admin, or named in the configuration (a channel as soon as it was used); and
 * everybody.
 */
export async function namedScopes(sql: Kysely<Tables>, defaults: CapDefaults): Promise<Scope[]> {
  const rows = await sql.selectFrom('policy').select('scope').orderBy('scope').execute();
  const configured = (kind: 'person' | 'role' | 'workspace', caps: ReadonlyMap<string, Cap> = new Map()) =>
    [...caps.keys()].map((id): Scope => ({ kind, id }));
  const scopes: Scope[] = [
    ...rows.map((row) => parseScopeKey(row.scope)),
    ...configured('person', defaults.people),
    ...configured('role', defaults.roles),
    ...(await usedChannels(sql, defaults)),
    ...configured('workspace', defaults.workspaces),
    { kind: 'everybody' },
  ];
  const byKey = new Map(scopes.map((scope) => [scopeKey(scope), scope]));
  return [...byKey.values()].sort((a, b) => rankOf(a) - rankOf(b));
}
