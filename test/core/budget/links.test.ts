import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/core/storage/database.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { databaseKinds, type TestDatabase } from '../storage/databases.ts';
import { BOSS, cap, EVERYBODY, type Ledger, openLedger, person } from './open-ledger.ts';

const ANN = 'discord:1';
const BOB = 'slack:T1/U1';
const CAT = 'web:cat';

describe.each(databaseKinds)('linked accounts on $name', (kind) => {
  let place: TestDatabase;
  let database: Database;
  let ledger: Ledger;

  beforeEach(async () => {
    place = await kind.create();
    database = await openDatabase(place.url);
    ledger = openLedger({ database });
  });

  afterEach(async () => {
    expect(await ledger.budget.verify()).toEqual([]);
    await database.close();
    await place.remove();
  });

  async function link(first: string, second: string) {
    return ledger.links.finishLink(await ledger.links.startLink(first), second);
  }

  const by = (personId: string) => ({ personId });
  const counts = (personId: string) => ledger.counts(person(personId));

  it('have one budget, in which both open periods count, and their own again when unlinked', async () => {
    await ledger.hold('a1', 300, by(ANN));
    await ledger.settle('a1', 200);
    await ledger.hold('b1', 300, by(BOB));
    await ledger.settle('b1', 300);
    await ledger.hold('b2', 100, by(BOB));
    expect(await link(ANN, BOB)).toEqual({ accountId: ANN, personIds: [ANN, BOB] });
    expect(await counts(ANN)).toEqual([500, 100, 400]);
    expect(await counts(BOB)).toEqual([500, 100, 400]);
    expect(await ledger.hold('b3', 401, by(BOB))).toMatchObject({ held: false });
    await ledger.hold('b3', 400, by(BOB));
    expect(await ledger.hold('a2', 1, by(ANN))).toMatchObject({ held: false });
    await ledger.settle('b2', 50);
    await ledger.links.unlink(BOB);
    expect(await counts(ANN)).toEqual([200, 0, 800]);
    expect(await counts(BOB)).toEqual([350, 400, 250]);
    await ledger.settle('b3', 10);
    expect(await counts(ANN)).toEqual([200, 0, 800]);
    expect(await counts(BOB)).toEqual([360, 0, 640]);
    expect(await ledger.counts(EVERYBODY)).toEqual([560, 0, 99_440]);
    await link(BOB, ANN);
    expect(await counts(ANN)).toEqual([560, 0, 440]);
  });

  it('may be three, and go on when the one whose code was first leaves', async () => {
    await link(ANN, BOB);
    await link(BOB, CAT);
    for (const id of [ANN, BOB, CAT]) {
      await ledger.hold(id, 100, by(id));
      await ledger.settle(id, 100);
    }
    expect(await counts(CAT)).toEqual([300, 0, 700]);
    await ledger.links.unlink(ANN);
    expect(await counts(ANN)).toEqual([100, 0, 900]);
    expect(await counts(BOB)).toEqual([200, 0, 800]);
    expect(await ledger.links.account(CAT)).toEqual({ accountId: BOB, personIds: [BOB, CAT] });
    await ledger.links.unlink(CAT);
    expect(await counts(BOB)).toEqual([100, 0, 900]);
    expect(await ledger.links.account(BOB)).toEqual({ accountId: BOB, personIds: [BOB] });
    await expect(ledger.links.unlink(BOB)).rejects.toThrow('This account is not linked to another one.');
  });

  it('take along what they spent, also for a cap that they get later', async () => {
    await ledger.budget.set(person(ANN), cap('0.002 per month'), BOSS);
    await link(ANN, BOB);
    await ledger.hold('b', 100, by(BOB));
    await ledger.clock.advance(24 * 3_600_000);
    await ledger.links.unlink(ANN);
    expect(await counts(ANN)).toEqual([0, 0, 2_000]);
    expect(await counts(BOB)).toEqual([0, 0, 1_000]);
    await ledger.budget.set(person(BOB), cap('0.001 per month'), BOSS);
    expect(await counts(BOB)).toEqual([0, 100, 900]);
    await ledger.settle('b', 60);
    expect(await counts(BOB)).toEqual([60, 0, 940]);
  });

  it('have the cap that one of them was given, and the credit of each', async () => {
    await ledger.budget.set(person(BOB), cap('0.002 per week'), BOSS);
    await ledger.budget.grant(person(BOB), 70, {}, BOSS);
    await ledger.budget.grant(person(ANN), 30, {}, BOSS);
    await ledger.hold('b', 500, by(BOB));
    await link(ANN, BOB);
    expect(await ledger.budget.state(person(ANN))).toMatchObject({
      cap: { amountMicroUsd: 2_000, unit: 'week' },
      reservedMicroUsd: 500,
      creditMicroUsd: 100,
      leftMicroUsd: 1_600,
    });
    await ledger.hold('a', 1_580, by(ANN));
    await ledger.settle('a', 1_560);
    await ledger.links.unlink(BOB);
    const credit = await Promise.all([ANN, BOB].map((id) => ledger.budget.state(person(id))));
    expect(credit.map(({ creditMicroUsd }) => creditMicroUsd)).toEqual([30, 10]);
    expect(await ledger.settle('b', 1)).toEqual([]);
  });

  it('are one person in what is told of a run, for as long as they are linked', async () => {
    await ledger.hold('b1', 100, by(BOB));
    const left = async (runId: string) =>
      (await ledger.budget.statesOfRun(runId)).map(({ scope, leftMicroUsd }) => [scope, leftMicroUsd]);
    const everybody = [EVERYBODY, 99_800];
    await link(ANN, BOB);
    await ledger.hold('b2', 100, by(BOB));
    expect(await left('b1')).toEqual([[person(ANN), 800], everybody]);
    expect(await left('b2')).toEqual([[person(ANN), 800], everybody]);
    await ledger.links.unlink(BOB);
    expect(await left('b1')).toEqual([[person(BOB), 800], everybody]);
    expect(await left('b2')).toEqual([[person(BOB), 800], everybody]);
  });

  it('take a code once, for ten minutes, typed on the other one, in any case', async () => {
    const code = await ledger.links.startLink(ANN);
    expect(code).toMatch(/^[A-HJKMNP-Z2-9]{8}$/);
    await expect(ledger.links.finishLink(code, ANN)).rejects.toThrow('Type this code on your other account');
    await ledger.clock.advance(10 * 60_000);
    await expect(ledger.links.finishLink(code, BOB)).rejects.toThrow('This code is wrong or has expired');
    const second = await ledger.links.startLink(ANN);
    const third = await ledger.links.startLink(ANN);
    await expect(ledger.links.finishLink(second, BOB)).rejects.toThrow('This code is wrong');
    await ledger.links.finishLink(` ${third.toLowerCase()} `, BOB);
    await expect(ledger.links.finishLink(third, CAT)).rejects.toThrow('This code is wrong');
    const another = await ledger.links.startLink(CAT);
    await expect(ledger.links.finishLink(another, BOB)).rejects.toThrow('This account is linked already');
    const stored = await database.sql.selectFrom('link_code').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(another);
  });

  it('cannot be guessed: after five wrong codes no code is taken for ten minutes', async () => {
    const code = await ledger.links.startLink(ANN);
    const tries = Array.from({ length: 20 }, (_, index) => ledger.links.finishLink(`WRONG${index}`, BOB));
    const reasons = (await Promise.allSettled(tries)).map((tried) =>
      String('reason' in tried && tried.reason),
    );
    expect(reasons.filter((reason) => /is wrong/.test(reason))).toHaveLength(5);
    await expect(ledger.links.finishLink(code, BOB)).rejects.toThrow('You have typed too many wrong codes');
    await ledger.clock.advance(10 * 60_000);
    await expect(ledger.links.finishLink(code, BOB)).rejects.toThrow('is wrong or has expired');
    await link(ANN, BOB);
  });

  it('are in the audit log', async () => {
    await link(ANN, BOB);
    await ledger.links.unlink(ANN);
    const entries = await ledger.budget.audit({ limit: 5 });
    expect(entries.map(({ action, actorId }) => [action, actorId])).toEqual([
      ['unlink', ANN],
      ['link', BOB],
    ]);
  });
});
