/** Every migration by name, in order; a name that was released never changes. */

import type { Migration } from 'kysely';
import { createAdminWarningTable } from './admin-warnings.ts';
import { createFirst } from './first.ts';

/** `kind` decides column types and triggers, the only places where the two databases differ. */
export function allMigrations(kind: 'sqlite' | 'postgres'): Record<string, Migration> {
  return { '0001-first': createFirst(kind), '0002-admin-warnings': createAdminWarningTable(kind) };
}
