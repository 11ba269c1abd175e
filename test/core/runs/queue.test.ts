/** Requests beyond those that may run at once: they wait in line, see where they stand, and run in their turn. */

import { describe, expect, it, vi } from 'vitest';
import { createBudget } from '../../../src/core/budget/ledger.ts';
import { createLinks } from '../../../src/core/budget/links.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createQueue } from '../../../src/core/runs/queue.ts';
import type { Run } from '../../../src/core/runs/run.ts';
import { createRunId } from '../../../src/core/runs/run-id.ts';
import { createRunStore } from '../../../src/core/runs/store.ts';
import { openDatabase } from '../../../src/core/storage/open-database.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { databaseKinds } from '../storage/databases.ts';
import { ADA, BOB, type SeenReply, startCore } from './running-core.ts';
import { SAMPLE_RUN } from './sample-run.ts';

const ANSWER = 'Yes, indeed.';
const until = (condition: () => void | Promise<void>) =>
  vi.waitFor(condition, { timeout: 15_000, interval: 5 });

describe('a request beyond those that may run at once', () => {
  /** One runs and does not end by itself; the others wait. */
  async function queueOf(count: number) {
    const core = await startCore({ atOnce: 1, queue: 2, sandbox: { answer: ANSWER, stallAfterTokens: 1 } });
    const replies: SeenReply[] = [];
    for (let index = 0; index < count; index++) replies.push(await core.ask(`Question ${index}`));
    const [first] = replies;
    await until(() => expect(first?.shown.at(-1)?.text).toMatch(/^Yes/));
    const press = async (index: number) => core.press(`cancel:${(await core.runs())[index]?.id}`, ADA);
    const status = (index: number) => replies[index]?.shown.at(-1)?.status;
    const final = (index: number) => replies[index]?.final();
    return { core, press, status, final };
  }

  it('reads where it stands, moves up, and runs when it is its turn', async () => {
    const { core, press, status, final } = await queueOf(3);
    await until(() =>
      expect(status(1)).toBe('You are number 1 in line: one of your requests runs at a time…'),
    );
    await until(() => expect(status(2)).toMatch(/^You are number 2 in line/));
    expect(core.sandbox.predictions).toHaveLength(1);
    core.sandbox.faults.stallAfterTokens = null;
    await press(0);
    expect((await final(1))?.text).toBe(ANSWER);
    expect((await final(2))?.text).toBe(ANSWER);
    expect(core.sandbox.predictions.map(({ input }) => String(input.prompt).slice(-10))).toEqual([
      'Question 0',
      'Question 1',
      'Question 2',
    ]);
    await until(async () =>
      expect(await core.books()).toEqual({
        spentMicroUsd: core.costOf(0) + core.costOf(1) + core.costOf(2),
        reservedMicroUsd: 0,
        differences: [],
      }),
    );
  });

  it('holds its money while it waits', async () => {
    const { core, status } = await queueOf(2);
    await until(() => expect(status(1)).toMatch(/number 1/));
    const runs = await core.runs();
    expect(runs.map(({ state }) => state)).toEqual(['running', 'queued']);
    const held = runs.reduce((sum, { holdMicroUsd }) => sum + holdMicroUsd, 0);
    expect((await core.books()).reservedMicroUsd).toBe(held);
  });

  it('can be cancelled there, costs nothing, and lets those behind it move up', async () => {
    const { core, press, status, final } = await queueOf(3);
    await until(() => expect(status(2)).toMatch(/number 2/));
    expect(await press(1)).toMatch(/^Cancelled/);
    const cancelled = await final(1);
    expect(cancelled?.text).toMatch(/Cancelled before it began/);
    expect(cancelled?.footnote).toContain('no charge');
    await until(() => expect(status(2)).toMatch(/number 1/));
    expect(core.sandbox.predictions).toHaveLength(1);
  });

  it('is refused when the line is full, while others are served', async () => {
    const { core } = await queueOf(3);
    const fourth = await (await core.ask('Question 3')).final();
    expect(fourth.text).toMatch(/^You have 1 request running and 2 waiting already\. Wait for one to end/);
    await core.ask('Mine', { person: BOB });
    await until(() => expect(core.sandbox.predictions).toHaveLength(2));
  });

  it('is given up after an hour', async () => {
    const clock = createFakeClock();
    const queue = createQueue({
      store: { takeTurn: async () => ({ type: 'waiting', position: 1 }) },
      clock,
      limits: { atOnce: 1, queue: 1 },
    });
    const run: Run = { ...request(clock.now()), state: 'queued', holdMicroUsd: 0 };
    let outcome: unknown;
    void queue.wait(run, undefined, new AbortController().signal).then((value) => (outcome = value));
    await clock.advance(59 * 60_000);
    expect(outcome).toBeUndefined();
    await clock.advance(2 * 60_000);
    expect(outcome).toEqual({ failure: 'This waited too long in line. Please ask again.' });
  });
});

it('a command rests as long as it is told to, for the one who used it', async () => {
  const core = await startCore({ cooldown: 30, sandbox: { answer: 'Yes.' } });
  await (await core.ask('One')).final();
  const { text } = await (await core.ask('Two')).final();
  expect(text).toMatch(/^You can use `\/ask` once every 30 s\. Try again in \d+ s\.$/);
  expect((await (await core.ask('Mine', { person: BOB })).final()).text).toBe('Yes.');
});

describe.each(databaseKinds)('on $name', (kind) => {
  it('however many ask and end at once, on two processes, no more run than may, first come first', async () => {
    const place = await kind.create();
    const opened = await Promise.all([openDatabase(place.url), openDatabase(place.url)]);
    const limits = { atOnce: 2, queue: 50 };
    const stores = opened.map((database, index) => {
      const budget = createBudget({ database, clock: systemClock, timezone: 'UTC', defaults: UNLIMITED });
      return createRunStore({
        database,
        budget,
        clock: systemClock,
        owner: `process-${index}`,
        leaseMs: 60_000,
      });
    });
    const [store] = stores;
    if (!store) throw new Error('no store');
    try {
      const now = Date.now();
      const admissions = await Promise.all(
        Array.from({ length: 14 }, async (_, index) => {
          const owner = stores[index % 2] ?? store;
          const admission = await owner.admit(request(now + index), `event-${index}`, limits);
          return { owner, run: admission.type === 'admitted' ? admission.run : undefined };
        }),
      );
      const running = new Set<string>();
      const waiting = admissions.flatMap(({ owner, run }) => {
        if (run?.state === 'admitted') running.add(run.id);
        return run?.state === 'queued' ? [{ owner, run }] : [];
      });
      expect(running.size).toBe(2);
      expect(waiting).toHaveLength(12);
      const order: string[] = [];
      while (order.length < 12) {
        const [ended] = running;
        if (ended === undefined) throw new Error('nothing runs');
        running.delete(ended);
        await store.settle(ended, { costMicroUsd: 0, outcome: 'succeeded', endedAt: now });
        const turns = await Promise.all(
          waiting
            .filter(({ run }) => !order.includes(run.id))
            .map(async ({ owner, run }) => ({ run, turn: await owner.takeTurn(run, limits) })),
        );
        for (const { run, turn } of turns) {
          if (turn.type !== 'admitted') continue;
          order.push(run.id);
          running.add(run.id);
        }
        expect(running.size).toBeLessThanOrEqual(2);
      }
      expect(order).toEqual(order.toSorted());
    } finally {
      await Promise.all(opened.map((database) => database.close()));
      await place.remove();
    }
  });
});

it('linked accounts have one line together, and lines of their own when they are unlinked', async () => {
  const database = await openDatabase('sqlite::memory:');
  const options = { database, clock: systemClock, timezone: 'UTC', defaults: UNLIMITED };
  const links = createLinks(options);
  const store = createRunStore({
    ...options,
    budget: createBudget(options),
    owner: 'a process',
    leaseMs: 60_000,
  });
  const limits = { atOnce: 1, queue: 1 };
  let asked = 0;
  const ask = (personId: string) =>
    store.admit({ ...request(Date.now() + asked), personId }, `event-${asked++}`, limits);
  await links.finishLink(await links.startLink('discord:1'), 'slack:T/U');
  const first = await ask('discord:1');
  const second = await ask('slack:T/U');
  expect([first, second]).toMatchObject([{ run: { state: 'admitted' } }, { run: { state: 'queued' } }]);
  expect(await ask('discord:1')).toMatchObject({ type: 'busy' });
  if (first.type !== 'admitted' || second.type !== 'admitted') throw new Error('refused');
  expect(await store.takeTurn(second.run, limits)).toEqual({ type: 'waiting', position: 1 });
  await links.unlink('slack:T/U');
  expect(await store.takeTurn(second.run, limits)).toEqual({ type: 'admitted' });
  expect(await ask('discord:1')).toMatchObject({ run: { state: 'queued' } });
  await database.close();
});

const UNLIMITED = {
  eachPerson: { amountMicroUsd: 'unlimited' as const, unit: 'day' as const },
  everybody: { amountMicroUsd: 'unlimited' as const, unit: 'day' as const },
  people: new Map(),
};

function request(createdAt: number): Omit<Run, 'state' | 'holdMicroUsd'> {
  const { state, holdMicroUsd, ...sample } = SAMPLE_RUN;
  return { ...sample, id: createRunId(createdAt), createdAt };
}
