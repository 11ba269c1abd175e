/** Search as you type, against scripted answers of Replicate and against the sandbox. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FoundModel } from '../../../src/core/models/prediction.ts';
import { createModelSearch, type SearchModels } from '../../../src/core/models/search.ts';
import { createFakeClock, type FakeClock } from '../../fake-clock.ts';
import { createReplicateServer, json, type ReplicateServer, silent } from './replicate-server.ts';

let server: ReplicateServer;
let kept: Map<string, { value: readonly FoundModel[]; ttl: number }>;
let clock: FakeClock;
let search: SearchModels;
let warnings: string[];

const route = (query: string) => `GET /v1/search?query=${query}&limit=25`;
const found = (...models: { owner: string; name: string; description: string | null }[]) =>
  json(200, {
    query: '',
    models: models.map((model) => ({ model, metadata: {} })),
    collections: [],
    pages: [],
  });

beforeEach(async () => {
  server = await createReplicateServer();
  kept = new Map();
  warnings = [];
  const log = { ...silent, warn: (fields: object) => void warnings.push(JSON.stringify(fields)) };
  clock = createFakeClock();
  const store = {
    get: async (key: string) => kept.get(key)?.value,
    set: async (key: string, value: readonly FoundModel[], ttl: number) => kept.set(key, { value, ttl }),
  };
  search = createModelSearch({ models: server.models(), store, clock, log });
});
afterEach(() => server.close());

it('suggests what Replicate finds, with as much of the description as a menu shows', async () => {
  server.on(
    route('lip+sync'),
    found(
      { owner: 'ada', name: 'mouth', description: `Moves\nlips https://ad.example ${'x '.repeat(100)}` },
      { owner: 'ada', name: 'plain', description: null },
    ),
  );
  const choices = await search('  Lip   SYNC ');
  expect(choices.map(({ value }) => value)).toEqual(['ada/mouth', 'ada/plain']);
  expect(choices[0]?.name).toMatch(/^ada\/mouth: Moves lips \[link\] x x .*…$/);
  expect(choices[0]?.name.length).toBeLessThanOrEqual(100);
  expect(choices[1]?.name).toBe('ada/plain');
});

it('asks once for the same words within minutes, whoever types them', async () => {
  server.on(route('flow'), found({ owner: 'ada', name: 'flow', description: '' }));
  await Promise.all([search('flow'), search('Flow ')]);
  await search('flow');
  expect(server.seen).toHaveLength(1);
  expect(kept.get('search:flow')?.ttl).toBe(600_000);
});

it('does not ask for one letter, nor more than once a second on the whole', async () => {
  expect(await search('f')).toEqual([]);
  expect(server.seen).toHaveLength(0);
  for (let index = 0; index < 70; index++) {
    server.on(route(`words${index}`), found());
    await search(`words${index}`);
  }
  expect(server.seen).toHaveLength(60);
  await clock.advance(60_000);
  server.on(route('later'), found());
  await search('later');
  expect(server.seen).toHaveLength(61);
});

it('suggests nothing when Replicate refuses, says why in the log, and asks again the next time', async () => {
  server.on(route('gone'), json(401, { title: 'Unauthenticated', detail: 'no', status: 401 }));
  expect(await search('gone')).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('Replicate answered 401')]);
  server.on(route('gone'), found({ owner: 'ada', name: 'back', description: '' }));
  expect(await search('gone')).toHaveLength(1);
});
