/** The second migration: what admins are still to be told of their budgets. */

import type { Migration } from 'kysely';
import { createTable } from './create-table.ts';

export function createAdminWarningTable(kind: 'sqlite' | 'postgres'): Migration {
  return {
    async up(db) {
      await createTable(db, kind, 'admin_warning', {
        id: 'row id',
        channel: 'text',
        crossing: 'text',
        expires_at: 'number',
        lease_owner: 'text?',
        lease_until: 'number',
      });
    },
  };
}
