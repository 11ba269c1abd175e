/** A past for the ledger's benchmark: settled runs of a hundred people, each with its hold and two entries. */

import { sql } from 'kysely';
import type { Database } from '../src/core/storage/database.ts';

const ROWS_PER_RUN = 4;

/** `rows` in all, written by the database itself in a few seconds for a million. The counters are not part of it. */
export async function fillHistory({ sql: db, kind }: Database, rows: number): Promise<void> {
  const runs = sql.lit(rows / ROWS_PER_RUN);
  const numbers =
    kind === 'sqlite'
      ? sql`(with recursive number(n) as (select 1 union all select n + 1 from number where n < ${runs}) select n from number)`
      : sql`(select n from generate_series(1, ${runs}) as number(n))`;
  const name = sql`'run ' || cast(${runs} + n as text)`;
  // One person after the other: every index grows at its end, which is what makes it quick.
  const person = sql`'discord:' || cast(n / (${runs} / 100 + 1) as text)`;
  await sql`
    insert into run (id, state, person_id, surface, place, command, plan, reply_ref, hold_micro_usd, cost_micro_usd,
      created_at, ended_at, outcome, lease_until)
    select ${name}, 'closed', ${person}, 'discord', '{}', 'ask', '{}', '{}', 20, 7, n, n, 'succeeded', 0
    from ${numbers} numbers`.execute(db);
  await sql`
    insert into hold (run_id, person_id, channel, model, command, state, amount_micro_usd, cost_micro_usd, measured,
      created_at)
    select ${name}, ${person}, 'discord:8', 'llama', 'ask', 'settled', 20, 7, 0, n from ${numbers} numbers`.execute(
    db,
  );
  for (const entry of ['hold', 'settle']) {
    await sql`
      insert into entry (at, kind, bucket_id, run_id, reserved_micro_usd, spent_micro_usd)
      select n, ${sql.lit(entry)}, n % 5 + 1, ${name}, 0, 0 from ${numbers} numbers`.execute(db);
  }
  if (kind === 'postgres') await sql`analyze`.execute(db);
}
