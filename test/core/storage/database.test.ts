import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/core/storage/database.ts';
import { takeEvent } from '../../../src/core/storage/events.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { sweep } from '../../../src/core/storage/sweep.ts';
import { databaseKinds, type TestDatabase } from './databases.ts';

const HOUR_MS = 3_600_000;

describe.each(databaseKinds)('a database on $name', (kind) => {
  let place: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    place = await kind.create();
    database = await openDatabase(place.url);
  });

  afterEach(async () => {
    await database.close();
    await place.remove();
  });

  const entry = {
    at: 1_800_000_000_000,
    kind: 'hold',
    bucket_id: 1,
    run_id: 'run',
    actor_id: null,
    reserved_micro_usd: 9_000_000_000_000_000,
    spent_micro_usd: 0,
  };

  it('is made by several that open it at the same moment', async () => {
    const other = await kind.create();
    const opened = await Promise.all([1, 2, 3, 4].map(() => openDatabase(other.url)));
    await Promise.all(opened.map(({ sql }) => sql.selectFrom('run').selectAll().execute()));
    await Promise.all(opened.map((each) => each.close()));
    await other.remove();
  });

  it('keeps what was written when it is opened again', async () => {
    await takeEvent(database, 'event', 1);
    await database.close();
    database = await openDatabase(place.url);
    expect(await takeEvent(database, 'event', 2)).toBe(false);
  });

  it('gets the tables that an earlier version did not have, and keeps the rest', async () => {
    await takeEvent(database, 'event', 1);
    await database.sql.schema.dropTable('admin_warning').execute();
    await sql`delete from kysely_migration where name <> '0001-first'`.execute(database.sql);
    await database.close();
    database = await openDatabase(place.url);
    const warning = {
      channel: 'discord:7',
      crossing: '{}',
      expires_at: 1,
      lease_owner: null,
      lease_until: 0,
    };
    await database.sql.insertInto('admin_warning').values(warning).execute();
    const row = await database.sql.selectFrom('admin_warning').selectAll().executeTakeFirstOrThrow();
    expect(row).toEqual({ id: 1, ...warning });
    expect(await takeEvent(database, 'event', 2)).toBe(false);
  });

  it('reads money and times as exact numbers', async () => {
    await database.sql.insertInto('entry').values(entry).execute();
    const row = await database.sql.selectFrom('entry').selectAll().executeTakeFirstOrThrow();
    expect(row).toEqual({ id: 1, ...entry });
  });

  it('refuses to change or delete a ledger entry', async () => {
    await database.sql.insertInto('entry').values(entry).execute();
    await expect(database.sql.updateTable('entry').set({ spent_micro_usd: 1 }).execute()).rejects.toThrow(
      'entry is append-only',
    );
    await expect(database.sql.deleteFrom('entry').execute()).rejects.toThrow('entry is append-only');
  });

  it('refuses to change or delete what was audited', async () => {
    const audit = {
      at: 1,
      actor_id: 'a',
      action: 'set budget',
      scope: 'everybody',
      before: null,
      after: null,
    };
    await database.sql.insertInto('audit').values(audit).execute();
    await expect(database.sql.updateTable('audit').set({ actor_id: 'b' }).execute()).rejects.toThrow(
      'audit is append-only',
    );
    await expect(database.sql.deleteFrom('audit').execute()).rejects.toThrow('audit is append-only');
  });

  it('undoes a transaction that throws', async () => {
    const failing = database.sql.transaction().execute(async (transaction) => {
      await transaction.insertInto('event').values({ id: 'undone', taken_at: 1 }).execute();
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await takeEvent(database, 'undone', 2)).toBe(true);
  });

  it('takes an event once, whoever asks', async () => {
    const second = await openDatabase(place.url);
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, index) => takeEvent(index % 2 ? database : second, 'event', index)),
    );
    await second.close();
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it('forgets an event after a day and a cached value when it has expired', async () => {
    await takeEvent(database, 'old', 0);
    await takeEvent(database, 'young', 2 * HOUR_MS);
    await database.sql
      .insertInto('cache')
      .values([
        { key: 'expired', value: 'x', expires_at: 5 },
        { key: 'lasting', value: 'x', expires_at: null },
      ])
      .execute();
    await sweep(database, 25 * HOUR_MS);
    const events = await database.sql.selectFrom('event').select('id').execute();
    const cached = await database.sql.selectFrom('cache').select('key').execute();
    expect(events).toEqual([{ id: 'young' }]);
    expect(cached).toEqual([{ key: 'lasting' }]);
  });
});

describe('openDatabase', () => {
  it('opens a database in memory', async () => {
    const database = await openDatabase('sqlite::memory:');
    expect(await takeEvent(database, 'event', 1)).toBe(true);
    await database.close();
  });

  it('names the variable when the URL is of no known kind', async () => {
    await expect(openDatabase('mysql://root:secret@host/db')).rejects.toThrow(
      /^DATABASE_URL must begin with/,
    );
  });

  it('says why Postgres can not be reached, without the password', async () => {
    const failing = openDatabase('postgres://replibot:secret@127.0.0.1:9/none');
    await expect(failing).rejects.toThrow(/the database can't be opened: .*ECONNREFUSED/);
    await expect(failing).rejects.not.toThrow(/secret/);
  });
});
