import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReports, type RunLine } from '../../../src/core/budget/report.ts';
import type { Database } from '../../../src/core/storage/database.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { databaseKinds, type TestDatabase } from '../storage/databases.ts';
import { openLedger } from './open-ledger.ts';

const HERE = { surface: 'discord', workspace: '7', channel: '8', direct: false } as const;
const NOVEMBER = { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 11, 1) };

describe.each(databaseKinds)('a report from $name', (kind) => {
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

  it('adds up by person, model, command, channel and day', async () => {
    const ledger = openLedger({ database, startAt: Date.UTC(2026, 10, 21, 22) });
    const run = async (id: string, cost: number, request: Parameters<typeof ledger.hold>[2]) => {
      await ledger.hold(id, 500, request);
      await ledger.settle(id, cost, { measured: cost === 7 });
    };
    await run('a', 100, { personId: 'ann', model: 'llama', command: 'ask', place: HERE });
    await run('b', 7, { personId: 'bob', model: 'sdxl', command: 'imagine', place: HERE });
    await ledger.clock.advance(90 * 60_000);
    await run('c', 50, { personId: 'bob', model: 'llama', command: 'ask' });
    await ledger.hold('open', 300, { personId: 'bob', model: 'llama', command: 'ask' });
    await ledger.links.finishLink(await ledger.links.startLink('ann'), 'eve');
    await run('d', 3, { personId: 'eve', model: 'llama', command: 'again', place: HERE });
    const { report } = createReports({ database, timezone: 'Europe/Berlin' });
    const line = (key: string | undefined, runs: number, costMicroUsd: number, measuredMicroUsd = 0) => ({
      key,
      runs,
      costMicroUsd,
      measuredMicroUsd,
    });
    expect(await report(NOVEMBER)).toEqual({
      total: { runs: 4, costMicroUsd: 160, measuredMicroUsd: 7 },
      openMicroUsd: 300,
      byPerson: [line('ann', 2, 103), line('bob', 2, 57, 7)],
      byModel: [line('llama', 3, 153), line('sdxl', 1, 7, 7)],
      byCommand: [line('ask', 2, 150), line('imagine', 1, 7, 7), line('again', 1, 3)],
      byChannel: [line('discord:8', 3, 110, 7), line(undefined, 1, 50)],
      byDay: [line('2026-11-21', 2, 107, 7), line('2026-11-22', 2, 53)],
    });
    expect((await report({ from: 0, to: NOVEMBER.from })).total.runs).toBe(0);
  });

  it('reads a month of 200,000 runs quickly, and gives each of them once as a row', async () => {
    const numbers =
      kind.name === 'SQLite'
        ? sql`(with recursive number(n) as (select 1 union all select n + 1 from number where n < 200000) select n from number)`
        : sql`(select n from generate_series(1, 200000) as number(n))`;
    await sql`
      insert into hold (run_id, person_id, channel, model, command, state, amount_micro_usd, cost_micro_usd, measured, created_at)
      select 'run ' || cast(n as text), 'person ' || cast(n % 300 as text), 'discord:7/' || cast(n % 20 as text),
        'model ' || cast(n % 7 as text), 'ask', 'settled', 20, n % 10, 0, cast(${NOVEMBER.from} as bigint) + (n / 3) * 30000
      from ${numbers} numbers`.execute(database.sql);
    const { report, exportRuns } = createReports({ database, timezone: 'America/Sao_Paulo' });
    const start = performance.now();
    const november = await report(NOVEMBER);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(november.total).toMatchObject({ runs: 200_000, costMicroUsd: 900_000 });
    const seen = new Set<string>();
    let last: RunLine | undefined;
    for await (const line of exportRuns(NOVEMBER)) {
      if (last) expect(line.admittedAt >= last.admittedAt).toBe(true);
      seen.add(line.runId);
      last = line;
      if (seen.size === 5_000) break;
    }
    expect(seen.size).toBe(5_000);
  });
});
