/** Pins and permissions of models, on every kind of database. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AllowedModels, createAllowedModels } from '../../src/core/allowed-models.ts';
import { readAudit } from '../../src/core/budget/audit.ts';
import { createModelPins, type ModelPins } from '../../src/core/model-pins.ts';
import type { ResolvedModel } from '../../src/core/models/prediction.ts';
import type { Database } from '../../src/core/storage/database.ts';
import { openDatabase } from '../../src/core/storage/open-database.ts';
import { createFakeClock } from '../fake-clock.ts';
import { databaseKinds, type TestDatabase } from './storage/databases.ts';

const OLD = '1'.repeat(64);
const NEW = '2'.repeat(64);
const BY = { personId: 'web:admin', where: 'web:lobby' };

describe.each(databaseKinds)('on $name', (kind) => {
  let place: TestDatabase;
  let database: Database;
  let newest: string;
  let pins: ModelPins;
  let allowed: AllowedModels;

  /** Replicate, with one community model of which versions come out, an official one and a deployment. */
  async function resolve(ref: string): Promise<ResolvedModel> {
    if (ref === 'ada/community') return { ref: `ada/community:${newest}`, official: false, inputs: [] };
    return { ref, official: ref === 'ada/official', inputs: [] };
  }

  beforeAll(async () => {
    place = await kind.create();
    database = await openDatabase(place.url);
    const clock = createFakeClock();
    pins = createModelPins({ database, models: { resolve }, clock });
    allowed = createAllowedModels({ database, models: { resolve }, clock });
  });
  afterAll(async () => {
    await database.close();
    await place.remove();
  });
  beforeEach(async () => {
    newest = OLD;
    await database.sql.deleteFrom('model_pin').execute();
    await database.sql.deleteFrom('allowed_model').execute();
  });

  it('answers in the version of the first use, however many come out', async () => {
    expect(await pins.resolve('ada/community')).toMatchObject({
      name: 'ada/community',
      model: { ref: `ada/community:${OLD}` },
    });
    newest = NEW;
    expect(await pins.resolve(' ada/community ')).toMatchObject({ model: { ref: `ada/community:${OLD}` } });
  });

  it('finds a version again by the short name that a button carries', async () => {
    const { name } = await pins.resolve(`ada/community:${NEW}`);
    expect(name).toBe('ada/community:222222222222');
    expect(await pins.resolve(name)).toMatchObject({ name, model: { ref: `ada/community:${NEW}` } });
    await expect(pins.resolve('ada/community:333333333333')).rejects.toThrow('is not a model');
  });

  it('has nothing to pin of official models and deployments', async () => {
    expect(await pins.resolve('ada/official')).toMatchObject({
      name: 'ada/official',
      model: { ref: 'ada/official' },
    });
    expect(await pins.resolve('deployments/ada/mine')).toMatchObject({ name: 'deployments/ada/mine' });
    expect(await database.sql.selectFrom('model_pin').selectAll().execute()).toEqual([]);
  });

  it('agrees on one version when two ask first at once', async () => {
    const refs = await Promise.all(['ada/community', 'ada/community'].map((name) => pins.resolve(name)));
    expect(new Set(refs.map(({ model }) => model.ref)).size).toBe(1);
  });

  it('opens exactly the version that was allowed, and moves on when it is allowed again', async () => {
    await pins.resolve('ada/community');
    await allowed.allow('ada/community', BY);
    for (const written of ['ada/community', `ada/community:${OLD}`, `ada/community:${OLD.slice(0, 12)}`])
      expect(await allowed.find(written)).toMatchObject({ ref: `ada/community:${OLD}` });
    for (const written of ['ada/comm', 'ada/official', `ada/community:${NEW}`])
      expect(await allowed.find(written)).toBeUndefined();
    newest = NEW;
    await allowed.allow('ada/community', BY);
    expect(await allowed.find(`ada/community:${OLD}`)).toBeUndefined();
    expect(await pins.resolve('ada/community')).toMatchObject({ model: { ref: `ada/community:${NEW}` } });
    expect((await allowed.list()).map(({ name, allowedBy }) => [name, allowedBy])).toEqual([
      ['ada/community', 'web:admin'],
    ]);
  });

  it('writes into the audit who allowed and denied what', async () => {
    await allowed.allow('ada/official', BY);
    expect(await allowed.deny('ada/official', BY)).toMatchObject({ name: 'ada/official' });
    expect(await allowed.deny('ada/official', BY)).toBeUndefined();
    expect(await allowed.find('ada/official')).toBeUndefined();
    expect(await readAudit(database.sql, { limit: 2 })).toMatchObject([
      { action: 'deny', actorId: 'web:admin', where: 'web:lobby', before: 'ada/official' },
      { action: 'allow', actorId: 'web:admin', where: 'web:lobby', after: 'ada/official' },
    ]);
  });
});
