/** Admins hear of a budget once at 80 % and once at 100 %, in the channel that they named, whichever process lives to tell it. */

import type { KyselyPlugin } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAdminWarnings } from '../../src/core/admin-warnings.ts';
import type { Reply, SurfaceName } from '../../src/core/chat.ts';
import { ReplyGoneError } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/log.ts';
import { createPacer } from '../../src/core/reply/pacer.ts';
import { LEASE_MS } from '../../src/core/runs/leases.ts';
import type { Database } from '../../src/core/storage/database.ts';
import { openDatabase } from '../../src/core/storage/open-database.ts';
import type { Surface } from '../../src/core/surface.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { NOON, openLedger } from './budget/open-ledger.ts';
import { startCore } from './runs/running-core.ts';
import { databaseKinds, type TestDatabase } from './storage/databases.ts';

it('tells the channel once that everybody together has used the budget up, and the person in the cost line', async () => {
  const core = await startCore({
    everybody: '0.01 per day',
    warnIn: ['web:ops', 'discord:elsewhere'],
    // About two seconds of the model's time in all.
    sandbox: { tokensPerSecond: 30 },
    model: { typicalSeconds: 1, maxSeconds: 13 },
  });
  const first = await (await core.ask('Spend nearly everything')).final();
  for (let more = 0; more < 6; more++) await (await core.ask('And the rest')).final();
  const said = (what: string) => core.log.filter((line) => line.includes(`everybody together is ${what}`));
  await vi.waitFor(() => expect(said('used up')).toHaveLength(1), 10_000);
  expect(said('80 % used').length).toBeLessThanOrEqual(1);
  const last = core.reply('announced in ops')?.shown.at(-1)?.text;
  expect(last).toMatch(
    /^The budget of everybody together is used up: \$0\.0\d+ of \$0\.01 spent today\. It resets at 00:00/,
  );
  expect(core.log.join()).toContain('where the bot is not connected');
  expect(first.footnote).toMatch(/left/);
});

it('calls a person by their name', async () => {
  const core = await startCore({
    eachPerson: '0.01 per day',
    warnIn: ['web:ops'],
    sandbox: { tokensPerSecond: 30 },
    model: { typicalSeconds: 1, maxSeconds: 13 },
  });
  for (let more = 0; more < 7; more++) await (await core.ask('Spend everything')).final();
  await vi.waitFor(
    () =>
      expect(core.reply('announced in ops')?.shown.at(-1)?.text).toMatch(
        /^The budget of Ada \(web:ada\) is used up: /,
      ),
    10_000,
  );
});

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ANN_80 =
  /^The budget of ann is 80 % used: \$0\.0008 of \$0\.0010 spent today\. It resets at 00:00 \(in 1[12] h\)\.$/;

describe.each(databaseKinds)('what admins are to be told, on $name', (kind) => {
  let place: TestDatabase;
  let databases: Database[];
  let clock: FakeClock;
  /** What was shown, by all processes. */
  let said: string[];
  let logged: string[];

  beforeEach(async () => {
    place = await kind.create();
    databases = await Promise.all([openDatabase(place.url), openDatabase(place.url)]);
    clock = createFakeClock(NOON);
    said = [];
    logged = [];
  });

  afterEach(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await place.remove();
  });

  interface ProcessOptions {
    readonly database?: Database;
    readonly surface?: SurfaceName;
    readonly channels?: readonly string[];
    readonly write?: (text: string) => void;
  }

  /** A process of its own, on another machine than the others, whose platform does what `write` says. */
  function live(name: string, options: ProcessOptions = {}) {
    const { surface: surfaceName = 'web', channels = ['web:ops'], write } = options;
    const database = options.database ?? databases[name === 'second' ? 1 : 0];
    if (!database) throw new Error('there are two databases');
    const note = (fields: object, message: string) =>
      void logged.push(`${message} ${JSON.stringify(fields)}`);
    const log: Log = { debug() {}, info() {}, warn: note, error: note };
    const reply: Reply = {
      ref: { surface: surfaceName },
      lane: { key: 'ops', slots: 50, windowMs: 1000 },
      async write({ text }) {
        write?.(text);
        said.push(text);
        return 'shown';
      },
    };
    const surface: Surface = {
      name: surfaceName,
      ready: true,
      start: async () => {},
      drain: async () => {},
      stop: async () => {},
      reopen: () => reply,
      announce: () => reply,
    };
    const pacer = createPacer({ clock });
    const warnings = createAdminWarnings({
      database,
      owner: `${name}/1/x`,
      channels,
      surfaces: () => new Map([[surfaceName, surface]]),
      pacer,
      people: { names: async () => new Map() },
      timezone: 'UTC',
      clock,
      log,
    });
    const ledger = openLedger({ database, clock, outbox: warnings });
    return {
      warnings,
      /** Until the transaction is committed, and no further. */
      async spend(personId = 'ann', amount = 850) {
        await ledger.hold(`run of ${personId}`, amount, { personId });
        return (await ledger.settle(`run of ${personId}`, amount)) ?? [];
      },
      async stop() {
        const stopping = Promise.all([warnings.stop(), pacer.flush(0)]);
        await clock.advance(0);
        await stopping;
      },
    };
  }

  const owed = async () =>
    (await databases[0]?.sql.selectFrom('admin_warning').selectAll().execute())?.length ?? Number.NaN;
  /** The clock stands still meanwhile. */
  const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 5 });
  const nothingOwed = () => until(async () => expect(await owed()).toBe(0));

  it('is told at once, and by no other process', async () => {
    const [first, second] = [live('first'), live('second')];
    const crossings = await first.spend();
    expect(await owed()).toBe(1);
    await second.warnings.start();
    first.warnings.tell(crossings);
    await nothingOwed();
    await clock.advance(LEASE_MS);
    await Promise.all([first.stop(), second.stop()]);
    expect(said).toEqual([expect.stringMatching(ANN_80)]);
  });

  it('is told by the next process when one dies between settlement and message, once though two race', async () => {
    const dying = live('dying');
    const people = Array.from({ length: 12 }, (_, index) => `person ${index}`);
    for (const personId of people) await dying.spend(personId);
    const [first, second] = [live('first'), live('second')];
    await Promise.all([first.warnings.start(), second.warnings.start()]);
    expect(said).toEqual([]);
    for (let passed = 0; passed < LEASE_MS; passed += LEASE_MS / 3) {
      await until(() => expect(clock.sleeping).toBe(2));
      await clock.advance(LEASE_MS / 3);
    }
    await nothingOwed();
    await Promise.all([first.stop(), second.stop()]);
    const ofPeople = said.map((text) => /^The budget of (.*) is 80 % used/.exec(text)?.[1]);
    expect(ofPeople.sort()).toEqual(people.sort());
  });

  it('is told by the next process when one stops whose platform is away', async () => {
    const stopping = live('first', {
      write: () => {
        throw new Error('503');
      },
    });
    await stopping.warnings.start();
    stopping.warnings.tell(await stopping.spend());
    await advance(MINUTE_MS, 2);
    await stopping.stop();
    const next = live('second');
    await next.warnings.start();
    await nothingOwed();
    await next.stop();
    expect(said).toEqual([expect.stringMatching(ANN_80)]);
  });

  it('is not told any more by a process that was too slow to keep its lease', async () => {
    let away = true;
    const tried: string[] = [];
    const slow = live('first', {
      write: (text) => {
        tried.push(text);
        if (away) throw new Error('503');
      },
    });
    slow.warnings.tell(await slow.spend());
    await until(() => expect(tried).toHaveLength(1));
    await clock.advance(LEASE_MS);
    const other = live('second');
    await other.warnings.start();
    await nothingOwed();
    slow.warnings.tell(await slow.spend('bob'));
    await until(() => expect(tried.join()).toContain('bob'));
    away = false;
    await clock.advance(LEASE_MS / 3);
    await nothingOwed();
    await Promise.all([slow.stop(), other.stop()]);
    expect(said).toEqual([/ann/, /bob/].map((name) => expect.stringMatching(name)));
  });

  it('is left to a process that is connected to the channel’s platform', async () => {
    const channels = ['web:ops', 'discord:7'];
    const onWeb = live('first', { channels });
    onWeb.warnings.tell(await onWeb.spend());
    await until(async () => expect([said.length, await owed()]).toEqual([1, 1]));
    expect(logged.join()).toContain('where the bot is not connected {"channel":"discord:7"}');
    const onDiscord = live('second', { channels, surface: 'discord' });
    await onDiscord.warnings.start();
    await nothingOwed();
    await Promise.all([onWeb.stop(), onDiscord.stop()]);
    expect(said).toEqual([ANN_80, ANN_80].map((text) => expect.stringMatching(text)));
  });

  it('is not told again when it is on show and cannot be removed at once', async () => {
    const [database] = databases;
    if (!database) throw new Error('there are two databases');
    let failing = true;
    const plugin: KyselyPlugin = {
      transformQuery({ node }) {
        if (failing && node.kind === 'DeleteQueryNode') throw new Error('the connection is lost');
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    const process = live('first', { database: { ...database, sql: database.sql.withPlugin(plugin) } });
    await process.warnings.start();
    process.warnings.tell(await process.spend());
    await until(() => expect(logged.join()).toContain('could not be removed'));
    failing = false;
    await clock.advance(LEASE_MS / 3);
    await nothingOwed();
    await process.stop();
    expect(said).toHaveLength(1);
  });

  it('is kept nowhere when there is no channel', async () => {
    const process = live('first', { channels: [] });
    process.warnings.tell(await process.spend());
    await until(() => expect(logged).toEqual([expect.stringContaining('The budget of ann is 80 % used')]));
    expect(await owed()).toBe(0);
    await process.stop();
  });

  it('is told of a budget that is used up, first seen in a refusal, by the next process, too', async () => {
    const dying = live('dying');
    await dying.spend('ann', 790);
    const ledger = openLedger({ database: databases[0] as Database, clock, outbox: dying.warnings });
    const refused = await ledger.hold('one more', 300);
    if (refused.held) throw new Error('there was no room');
    expect(await ledger.budget.usedUp(refused)).toMatchObject({ percent: 100 });
    await clock.advance(LEASE_MS);
    const next = live('second');
    await next.warnings.start();
    await nothingOwed();
    await next.stop();
    expect(said).toEqual([expect.stringMatching(/^The budget of ann is used up: \$0\.0008 of/)]);
  });

  it('waits for a platform that is away for a quarter of an hour', async () => {
    let away = true;
    const process = live('first', {
      write: () => {
        if (away) throw new Error('503');
      },
    });
    await process.warnings.start();
    process.warnings.tell(await process.spend());
    const other = live('second');
    await other.warnings.start();
    await advance(15 * MINUTE_MS, 3);
    // Nobody takes it from a process that lives.
    expect(said).toEqual([]);
    away = false;
    await advance(10 * MINUTE_MS, 2);
    await nothingOwed();
    await Promise.all([process.stop(), other.stop()]);
    expect(said).toEqual([expect.stringMatching(ANN_80)]);
  });

  it('is given up when its period is over', async () => {
    const dying = live('dying');
    await dying.spend();
    await clock.advance(12 * HOUR_MS);
    const next = live('second');
    await next.warnings.start();
    await nothingOwed();
    await next.stop();
    expect(said).toEqual([]);
    expect(logged).toEqual([
      expect.stringMatching(
        /^admins could not be told of a budget .*The budget of ann is 80 % used.*not told in time/,
      ),
    ]);
  });

  it('is given up when the channel is gone', async () => {
    let tries = 0;
    const process = live('first', {
      write: () => {
        tries++;
        throw new ReplyGoneError('there is no such channel');
      },
    });
    process.warnings.tell(await process.spend());
    await nothingOwed();
    await process.stop();
    expect([tries, logged.at(-1)]).toEqual([
      1,
      expect.stringContaining('admins could not be told of a budget'),
    ]);
  });

  /** In steps in which the processes can ask their databases: then so many loops and tries are asleep. */
  async function advance(ms: number, sleeping: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += LEASE_MS / 3) {
      await until(() => expect(clock.sleeping).toBeGreaterThanOrEqual(sleeping));
      await clock.advance(LEASE_MS / 3);
    }
  }
});
