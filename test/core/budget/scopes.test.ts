import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Scope } from '../../../src/core/budget/budget.ts';
import { describeRefusal, describeState } from '../../../src/core/budget/describe.ts';
import { describeAudit } from '../../../src/core/budget/describe-audit.ts';
import type { Place } from '../../../src/core/chat.ts';
import type { Database } from '../../../src/core/storage/database.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { databaseKinds } from '../storage/databases.ts';
import { BOSS, cap, EVERYBODY, type Ledger, NOON, openLedger, person } from './open-ledger.ts';

const HELPERS: Scope = { kind: 'role', id: 'discord:500' };
const CHANNEL: Scope = { kind: 'channel', id: 'discord:8' };
const SERVER: Scope = { kind: 'workspace', id: 'discord:7' };
const HERE: Place = { surface: 'discord', workspace: '7', channel: '8', direct: false };
const ROLES = ['discord:500'];

const DEFAULTS = {
  eachChannel: cap('0.0005 per day'),
  workspaces: new Map([['discord:7', cap('0.0008 per day')]]),
  roles: new Map([['discord:500', cap('0.0003 per day')]]),
};

describe('budgets by scope', () => {
  let database: Database;
  let ledger: Ledger;

  beforeEach(async () => {
    database = await openDatabase('sqlite::memory:');
    ledger = openLedger({ database, defaults: DEFAULTS });
  });

  afterEach(async () => {
    expect(await ledger.budget.verify()).toEqual([]);
    await database.close();
  });

  async function refusedBy(runId: string, amount: number, request: Parameters<Ledger['hold']>[2]) {
    const result = await ledger.hold(runId, amount, request);
    if (result.held || result.pause) throw new Error('it was not refused for lack of room');
    return result.state.scope;
  }

  it('names the one that had no room', async () => {
    expect(await refusedBy('a', 301, { roles: ROLES, place: HERE })).toEqual(HELPERS);
    expect(await refusedBy('b', 501, { place: HERE })).toEqual(CHANNEL);
    const elsewhere = { ...HERE, channel: '9' };
    expect(await ledger.hold('c', 500, { place: HERE })).toMatchObject({ held: true });
    expect(await refusedBy('d', 301, { place: elsewhere, personId: 'bob' })).toEqual(SERVER);
    expect(await refusedBy('e', 501, { place: elsewhere })).toEqual(person('ann'));
    await ledger.budget.set(EVERYBODY, cap('0.0006 per day'), BOSS);
    expect(await refusedBy('f', 101, { personId: 'eve' })).toEqual(EVERYBODY);
    expect(await ledger.hold('g', 100, { personId: 'eve' })).toMatchObject({ held: true });
  });

  it('says so in a sentence for each', async () => {
    const sentences = [];
    for (const request of [
      { roles: ROLES, place: HERE },
      { place: HERE },
      { place: { ...HERE, channel: '9' } },
    ]) {
      const refusal = await ledger.hold('a', 900, request);
      if (!refusal.held) sentences.push(describeRefusal(refusal, NOON, 'UTC'));
    }
    expect(sentences).toEqual([
      'The budget shared by one of your roles of $0.0003 per day is too small: this needs about $0.0009. An admin can raise it.',
      'The budget of this channel of $0.0005 per day is too small: this needs about $0.0009. An admin can raise it.',
      'The budget of this channel of $0.0005 per day is too small: this needs about $0.0009. An admin can raise it.',
    ]);
  });

  it("shares a role's cap among its members", async () => {
    await ledger.hold('a', 200, { roles: ROLES, personId: 'ann' });
    expect(await refusedBy('b', 101, { roles: ROLES, personId: 'bob' })).toEqual(HELPERS);
    expect(await ledger.hold('c', 101, { personId: 'bob' })).toMatchObject({ held: true });
    await ledger.settle('a', 50);
    expect(await ledger.counts(HELPERS)).toEqual([50, 0, 250]);
  });

  it('counts a conversation with the bot alone in no channel', async () => {
    expect(await ledger.hold('a', 700, { place: { ...HERE, direct: true } })).toMatchObject({ held: true });
    expect(await ledger.counts(CHANNEL)).toEqual([0, 0, 500]);
    expect(await ledger.counts(SERVER)).toEqual([0, 700, 100]);
  });

  it('knows no cap for a role without one, until an admin sets it', async () => {
    const other: Scope = { kind: 'role', id: 'discord:501' };
    expect(await ledger.hold('a', 900, { roles: ['discord:501'] })).toMatchObject({ held: true });
    await expect(ledger.budget.state(other)).rejects.toThrow(
      'There is no budget for role discord:501. Set one first.',
    );
    await expect(ledger.budget.grant(other, 5, {}, BOSS)).rejects.toThrow('There is no budget');
    await ledger.budget.set(other, cap('0 per day'), BOSS);
    expect(await refusedBy('b', 1, { roles: ['discord:501'] })).toEqual(other);
    await ledger.budget.set(other, cap('unlimited'), BOSS);
    expect(await ledger.hold('b', 100, { roles: ['discord:501'] })).toMatchObject({ held: true });
    expect(await ledger.budget.clear(other, BOSS)).toBeUndefined();
    expect(await ledger.hold('c', 0, { roles: ['discord:501'] })).toMatchObject({ held: true });
  });

  it('is back to the configuration when a cap is cleared', async () => {
    await ledger.hold('a', 100);
    await ledger.budget.set(person('ann'), cap('0.000150 per week'), BOSS);
    expect(await ledger.budget.state(person('ann'))).toMatchObject({ source: 'admin', leftMicroUsd: 50 });
    await ledger.hold('b', 50);
    expect(await ledger.budget.clear(person('ann'), BOSS)).toMatchObject({
      source: 'configuration',
      reservedMicroUsd: 150,
      leftMicroUsd: 850,
    });
    const lines = (await ledger.budget.audit({ limit: 9 })).map((entry) =>
      describeAudit(entry, 'Asia/Tokyo'),
    );
    expect(lines).toEqual([
      '2026-11-21 21:00 · discord:1 in discord:7/8 cleared the budget of ann: $0.00015 per week → $0.001 per day',
      '2026-11-21 21:00 · discord:1 in discord:7/8 set the budget of ann: $0.001 per day → $0.00015 per week',
    ]);
  });

  it('lets an API key have a budget like a person', async () => {
    await ledger.budget.set(person('key:ci'), cap('0.0001 per day'), BOSS);
    expect(await refusedBy('a', 101, { personId: 'key:ci' })).toEqual(person('key:ci'));
  });

  it('refuses everything under a scope that is paused', async () => {
    const request = { roles: ROLES, place: HERE };
    for (const [index, scope] of [person('ann'), HELPERS, CHANNEL, SERVER, EVERYBODY].entries()) {
      await ledger.hold(`before ${index}`, 10, request);
      await ledger.budget.pause(scope, BOSS);
      await ledger.budget.pause(scope, { personId: 'somebody else' });
      const refusal = await ledger.hold('a', 1, request);
      expect(refusal).toMatchObject({ held: false, pause: { scope, by: 'discord:1' } });
      if (!refusal.held) {
        expect(describeRefusal(refusal, NOON, 'UTC')).toMatch(/paused by discord:1\. Try again when/);
      }
      expect(await ledger.settle(`before ${index}`, 10)).toEqual([]);
      expect(await ledger.budget.pauses()).toMatchObject([{ scope, by: 'discord:1' }]);
      expect(describeState(await ledger.budget.state(scope), NOON, 'UTC')).toMatch(/Paused by discord:1\.$/);
      expect(await ledger.budget.resume(scope, BOSS)).toBe(true);
      expect(await ledger.budget.resume(scope, BOSS)).toBe(false);
      expect(await ledger.hold(`after ${index}`, 1, request)).toMatchObject({ held: true });
      const actions = (await ledger.budget.audit({ limit: 2 })).map(({ action }) => action);
      expect(actions).toEqual(['resume', 'pause']);
    }
  });

  it('makes a reset count from now on and keeps what is reserved', async () => {
    await ledger.hold('a', 300);
    await ledger.settle('a', 300);
    await ledger.hold('b', 200);
    expect(await ledger.budget.reset(person('ann'), BOSS)).toMatchObject({
      spentMicroUsd: 0,
      reservedMicroUsd: 200,
      leftMicroUsd: 800,
    });
    await ledger.settle('b', 150);
    expect(await ledger.counts(person('ann'))).toEqual([150, 0, 850]);
    expect(await ledger.counts(EVERYBODY)).toEqual([450, 0, 99_550]);
    await ledger.budget.set(person('ann'), cap('0.001 per week'), BOSS);
    expect(await ledger.counts(person('ann'))).toEqual([150, 0, 850]);
    expect((await ledger.budget.audit({ limit: 9 })).at(-1)).toMatchObject({
      action: 'reset',
      before: '$0.0003 spent',
      after: '$0.00 spent',
    });
  });

  it('shows the audit log in pages', async () => {
    for (const amount of [1, 2, 3]) await ledger.budget.set(EVERYBODY, cap(`${amount} per day`), BOSS);
    const [newest, next] = await ledger.budget.audit({ limit: 2 });
    expect(newest?.after).toBe('$3.00 per day');
    const page = await ledger.budget.audit({ limit: 2, before: next?.id ?? 0 });
    expect(page.map(({ after }) => after)).toEqual(['$1.00 per day']);
  });

  it('lists caps by the thousand', async () => {
    const rows = Array.from({ length: 1_500 }, (_, index) => ({
      scope: `role:discord:${index + 1_000}`,
      limit_micro_usd: index,
      unit: 'day',
      set_by: 'discord:1',
      set_at: NOON,
    }));
    await database.sql.insertInto('policy').values(rows).execute();
    const left = (await ledger.budget.caps()).map(({ leftMicroUsd }) => leftMicroUsd);
    expect(left.filter((amount) => amount < 1_500)).toHaveLength(1_500 + 2);
  });

  it('finds the channels that the configuration names', async () => {
    const defaults = { channels: new Map([['discord:8', cap('0.0002 per day')]]) };
    const configured = openLedger({ database, defaults });
    expect(await configured.hold('a', 201, { place: HERE })).toMatchObject({ state: { scope: CHANNEL } });
    await configured.hold('b', 150, { place: HERE });
    await configured.hold('c', 300, { place: { ...HERE, channel: '9' } });
    const states = await configured.budget.caps();
    expect(states.map(({ scope, leftMicroUsd }) => ({ scope, leftMicroUsd }))).toEqual([
      { scope: CHANNEL, leftMicroUsd: 50 },
      { scope: EVERYBODY, leftMicroUsd: 99_550 },
    ]);
  });

  it('knows of a run under which of them its hold was taken, and how they stand now', async () => {
    await ledger.budget.grant(HELPERS, 40, {}, BOSS);
    await ledger.hold('a', 320, { roles: [...ROLES, 'discord:501'], place: HERE });
    await ledger.hold('b', 100, { personId: 'bob', place: HERE });
    await ledger.settle('a', 310);
    await ledger.budget.set(person('ann'), cap('0.0005 per day'), BOSS);
    const left = async (runId: string) =>
      (await ledger.budget.statesOfRun(runId)).map(({ scope, leftMicroUsd }) => [scope, leftMicroUsd]);
    expect(await left('a')).toEqual([
      [person('ann'), 190],
      [HELPERS, 30],
      [CHANNEL, 90],
      [SERVER, 390],
      [EVERYBODY, 99_590],
    ]);
    expect(await left('b')).toEqual([
      [person('bob'), 900],
      [CHANNEL, 90],
      [SERVER, 390],
      [EVERYBODY, 99_590],
    ]);
    expect(await left('none')).toEqual([]);
  });

  it('lists every cap that somebody gave', async () => {
    await ledger.budget.set(CHANNEL, cap('2 per day'), BOSS);
    const scopes = (await ledger.budget.caps()).map(({ scope, source }) => ({ scope, source }));
    expect(scopes).toEqual([
      { scope: HELPERS, source: 'configuration' },
      { scope: CHANNEL, source: 'admin' },
      { scope: SERVER, source: 'configuration' },
      { scope: EVERYBODY, source: 'configuration' },
    ]);
  });
});

it.each(databaseKinds)('a change is told to every process at once on $name', async (kind) => {
  const place = await kind.create();
  const databases = [await openDatabase(place.url), await openDatabase(place.url)] as const;
  const ledger = openLedger({ database: databases[0] });
  const other = openLedger({ database: databases[1], clock: ledger.clock });
  try {
    await other.hold('a', 10);
    await ledger.budget.set(person('ann'), cap('0.000015 per day'), BOSS);
    expect(await other.hold('b', 10)).toMatchObject({ held: false });
    await ledger.budget.grant(person('ann'), 10, {}, BOSS);
    expect(await other.hold('b', 10)).toMatchObject({ held: true });
    await ledger.budget.reset(person('ann'), BOSS);
    await ledger.budget.pause(EVERYBODY, BOSS);
    expect(await other.hold('c', 1)).toMatchObject({ held: false, pause: { scope: EVERYBODY } });
    await ledger.budget.resume(EVERYBODY, BOSS);
    await ledger.budget.clear(person('ann'), BOSS);
    expect(await other.hold('c', 900)).toMatchObject({ held: true });
    expect(await ledger.budget.verify()).toEqual([]);
  } finally {
    for (const database of databases) await database.close();
    await place.remove();
  }
});
