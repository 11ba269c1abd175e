/** The scopes under which a run is counted: those of the buckets that its entries put it in. */

import type { Kysely } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import { MEMBERSHIP } from './bucket-queries.ts';
import type { Scope } from './budget.ts';
import { parseScopeKey } from './scope.ts';

/** The person's first, everybody's last. Of a person who was linked since, the own and the account's are among them. */
export async function scopesOfRun(sql: Kysely<Tables>, runId: string): Promise<Scope[]> {
  const rows = await sql
    .selectFrom('bucket')
    .select(['rank', 'scope'])
    .distinct()
    .where('id', 'in', (from) =>
      from
        .selectFrom('entry')
        .select('bucket_id')
        .where('run_id', '=', runId)
        .groupBy('bucket_id')
        .having(MEMBERSHIP, '>', 0),
    )
    .where('unit', '!=', 'credit')
    .orderBy('rank')
    .orderBy('scope')
    .execute();
  return rows.map(({ scope }) => parseScopeKey(scope));
}
