/** A past for the ledger's benchmark: settled runs of a thousand people with holds, entries and events. */

import { sql } from 'kysely';
import type { Database } from '../src/core/storage/database.ts';

/** Written by the database itself, in seconds for a million. The counters are not part of it. */
export async function fillHistory({ sql: db, kind }: Database, runs: number): Promise<void> {
  const numbers =
    kind === 'sqlite'
      ? sql`(with recursive number(n) as (select 1 union all select n + 1 from number where n < ${runs}) select n from number)`
      : sql`(select n from generate_series(1, cast(${runs} as bigint)) as number(n))`;
  const name = sql`'run ' || cast(${sql.lit(runs)} + n as text)`;
  // One person after the other: every index grows at its end, which is what makes it quick.
  const person = sql`'discord:' || cast(n * 1000 / ${sql.lit(runs)} as text)`;
  await sql`
    insert into run (id, state, person_id, surface, place, command, plan, reply_ref, hold_micro_usd, cost_micro_usd,
      created_at, ended_at, outcome, lease_until)
    select ${name}, 'closed', ${person}, 'discord', '{}', 'ask', '{}', '{}', 20, 7, n, n, 'succeeded', 0
    from ${numbers} numbers`.execute(db);
  await sql`
    insert into hold (run_id, person_id, channel, model, command, state, amount_micro_usd, cost_micro_usd, measured, created_at)
    select ${name}, ${person}, 'discord:7/8', 'llama', 'ask', 'settled', 20, 7, 0, n from ${numbers} numbers`.execute(
    db,
  );
  await sql`
    insert into entry (at, kind, bucket_id, run_id, reserved_micro_usd, spent_micro_usd)
    select n, 'settle', n % 5 + 1, ${name}, 0, 0 from ${numbers} numbers`.execute(db);
  if (kind === 'postgres') await sql`analyze`.execute(db);
}
