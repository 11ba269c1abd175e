/** Events that were taken: platforms deliver the same one again, and it must be answered once. */

import type { Database } from './database.ts';

/** Whether an event was taken before. */
export async function isEventTaken(database: Database, id: string): Promise<boolean> {
  return (
    (await database.sql.selectFrom('event').select('id').where('id', '=', id).executeTakeFirst()) !==
    undefined
  );
}

/** True the first time an event is seen, by whichever process; false ever after (for a day at least, see sweep.ts). */
export async function takeEvent(database: Database, id: string, now: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await database.sql
    .insertInto('event')
    .values({ id, taken_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}
