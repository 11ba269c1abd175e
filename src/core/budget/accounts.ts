/** Which people are one: linked accounts share the money of the one they are named after. */

import type { Kysely } from 'kysely';
import type { Tables } from '../storage/tables.ts';

export interface Account {
  /** The person id under which the money is counted. */
  readonly accountId: string;
  /** Everybody in it, that person first. */
  readonly personIds: readonly string[];
}

/** A person who is linked to nobody is an account of their own. */
export async function readAccount(sql: Kysely<Tables>, personId: string): Promise<Account> {
  const rows = await sql
    .selectFrom('link as own')
    .innerJoin('link as member', 'member.account_id', 'own.account_id')
    .select(['member.account_id', 'member.person_id'])
    .where('own.person_id', '=', personId)
    .orderBy('member.linked_at')
    .orderBy('member.person_id')
    .execute();
  const [first] = rows;
  if (!first) return { accountId: personId, personIds: [personId] };
  const others = rows.map((row) => row.person_id).filter((id) => id !== first.account_id);
  return { accountId: first.account_id, personIds: [first.account_id, ...others] };
}
