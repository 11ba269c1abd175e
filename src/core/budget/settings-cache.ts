/** What is in force, remembered by this process for as long as nobody has changed anything. */

import type { Transaction } from 'kysely';
import { lockUntilCommit } from '../storage/advisory-lock.ts';
import { reusableQuery } from '../storage/reusable-query.ts';
import type { Tables } from '../storage/tables.ts';
import type { Book } from './book.ts';
import type { Scope } from './budget.ts';
import { scopeKey } from './scope.ts';
import { type CapDefaults, readSettings, type Setting } from './settings.ts';

/** Beyond this many scopes everything is forgotten and read anew. */
const KEPT_SCOPES = 20_000;

/** Holds share the policies, so that nothing changes under them; whoever changes something has them alone. */
export function lockPolicies(
  transaction: Transaction<Tables>,
  { kind }: Book,
  mode: 'shared' | 'alone',
): Promise<void> {
  return lockUntilCommit(transaction, { kind, name: 'budget policies', mode });
}

/** Says that what processes know of policies, pauses, credit or links is no longer true. The caller has them alone. */
export async function bumpVersion(transaction: Transaction<Tables>): Promise<void> {
  await transaction
    .updateTable('budget_version')
    .set((set) => ({ version: set('version', '+', 1) }))
    .execute();
}

export interface SettingsCache {
  /** In the order of `scopes`. The caller's transaction keeps others from changing them meanwhile. */
  read(transaction: Transaction<Tables>, scopes: readonly Scope[]): Promise<readonly Setting[]>;
}

export function createSettingsCache(defaults: CapDefaults): SettingsCache {
  const versions = reusableQuery<null, { version: number }>((sql) =>
    sql.selectFrom('budget_version').select('version'),
  );
  let version: number | undefined;
  let known = new Map<string, Setting>();

  return {
    async read(transaction, scopes) {
      const [current] = await versions(transaction, null);
      if (current?.version !== version || known.size > KEPT_SCOPES) known = new Map();
      version = current?.version;
      // Whoever replaces the map while this one waits leaves it to us.
      const settings = known;
      const missing = scopes.filter((scope) => !settings.has(scopeKey(scope)));
      const read = await readSettings(transaction, defaults, missing);
      for (const [index, scope] of missing.entries()) settings.set(scopeKey(scope), read[index] ?? {});
      return scopes.map((scope) => settings.get(scopeKey(scope)) ?? {});
    },
  };
}
